/* SPDX-License-Identifier: MIT */
/* The ROM as a machine loads it: segments, plain programs, damaged files. */
#include <criterion/criterion.h>
#include <elf.h>
#include <string.h>

#include "board/registers.h"
#include "image/rom.h"

#define SEGMENTS 3u
#define END (BOARD_ROM_BASE + BOARD_ROM_SIZE)

/* An ELF program of three segments of 8 bytes each. */
struct program {
    Elf32_Ehdr header;
    Elf32_Phdr segment[SEGMENTS];
    uint8_t bytes[SEGMENTS][8];
};

static struct program program;
static struct rom rom;
static struct diag diag;

static void make(void)
{
    static const uint32_t places[SEGMENTS] = {BOARD_ROM_BASE,
                                              BOARD_ROM_BASE + 0x100,
                                              BOARD_ROM_RAM_BASE};

    memset(&program, 0, sizeof program);
    memcpy(program.header.e_ident, ELFMAG, SELFMAG);
    program.header.e_ident[EI_CLASS] = ELFCLASS32;
    program.header.e_ident[EI_DATA] = ELFDATA2LSB;
    program.header.e_phoff = offsetof(struct program, segment);
    program.header.e_phnum = SEGMENTS;
    for (unsigned i = 0; i < SEGMENTS; i++) {
        Elf32_Phdr *segment = &program.segment[i];

        segment->p_type = PT_LOAD;
        segment->p_paddr = places[i];
        segment->p_vaddr = 0x21800000u; /* not looked at */
        segment->p_filesz = sizeof program.bytes[i];
        segment->p_memsz = 0x1000;
        segment->p_offset =
            (uint32_t)((uint8_t *)program.bytes[i] - (uint8_t *)&program);
        memset(program.bytes[i], (int)(0x11 * (i + 1)), 8);
    }
    diag.text[0] = '\0';
}

static int lay_out(size_t size)
{
    return rom_lay_out(&rom, (const uint8_t *)&program, size, "x.elf", &diag);
}

static void clean(void)
{
    rom_free(&rom);
}

TestSuite(rom, .init = make, .fini = clean);

Test(rom, segments_lie_at_their_physical_addresses)
{
    cr_assert_eq(lay_out(sizeof program), 0, "%s", diag.text);
    cr_assert_eq(rom.size, 0x108);
    cr_assert_eq(rom.bytes[0], 0x11);
    cr_assert_eq(rom.bytes[7], 0x11);
    cr_assert_eq(rom.bytes[8], 0);
    cr_assert_eq(rom.bytes[0xFF], 0);
    cr_assert_eq(rom.bytes[0x107], 0x22);
    cr_assert_eq(rom.bytes[0x108], 0, "what lies elsewhere is left out");
}

Test(rom, what_is_not_loaded_is_left_out)
{
    program.segment[1].p_type = PT_NOTE;
    cr_assert_eq(lay_out(sizeof program), 0);
    cr_assert_eq(rom.size, 8);
}

Test(rom, a_plain_program_begins_where_the_rom_does)
{
    program.header.e_ident[0] = 0x5A;
    cr_assert_eq(lay_out(sizeof program), 0);
    cr_assert_eq(rom.size, sizeof program);
    cr_assert_eq(memcmp(rom.bytes, &program, sizeof program), 0);
}

Test(rom, a_blob_is_put_into_it)
{
    static const uint8_t blob[] = {1, 2, 3};

    cr_assert_eq(lay_out(sizeof program), 0);
    cr_assert_eq(rom_put(&rom, BOARD_DTB_BASE, blob, sizeof blob, &diag), 0);
    cr_assert_eq(rom.size, BOARD_DTB_BASE - BOARD_ROM_BASE + sizeof blob);
    cr_assert_eq(rom.bytes[BOARD_DTB_BASE - BOARD_ROM_BASE + 2], 3);
    cr_assert_eq(rom_put(&rom, END - 3, blob, sizeof blob, &diag), 0);
    cr_assert_eq(rom_put(&rom, END - 2, blob, sizeof blob, &diag),
                 OTALAB_ERR_USAGE);
    cr_assert_eq(rom_put(&rom, BOARD_ROM_BASE - 1, blob, sizeof blob, &diag),
                 OTALAB_ERR_USAGE);
    cr_assert(strstr(diag.text, "do not fit") != NULL, "%s", diag.text);
}

static void refuse(size_t size, const char *because)
{
    diag.text[0] = '\0';
    cr_assert_eq(lay_out(size), OTALAB_ERR_USAGE);
    cr_assert(strstr(diag.text, "x.elf: ") != NULL, "%s", diag.text);
    cr_assert(strstr(diag.text, because) != NULL, "%s", diag.text);
    rom_free(&rom);
    make();
}

Test(rom, damaged_files_are_refused)
{
    refuse(sizeof program - 1 - sizeof program.bytes[2], "truncated");
    program.segment[0].p_type = PT_NULL;
    refuse(offsetof(struct program, segment[1]), "table of segments");
    program.header.e_phoff = UINT32_MAX;
    refuse(sizeof program, "table of segments");
    program.header.e_phnum = 4000;
    refuse(sizeof program, "table of segments");
    program.segment[0].p_offset = UINT32_MAX;
    refuse(sizeof program, "a segment");
    program.segment[0].p_filesz = UINT32_MAX;
    refuse(sizeof program, "a segment");
    program.segment[0].p_paddr = END - 1;
    refuse(sizeof program, "do not fit");
}
