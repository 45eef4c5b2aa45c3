/* SPDX-License-Identifier: MIT */
#include "image/rom.h"

#include <elf.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "board/registers.h"

#define PROGRAM_MOST (16u << 20) /* largest file, in bytes */

int rom_put(struct rom *rom, uint32_t address, const uint8_t *bytes,
            size_t size, struct diag *diag)
{
    uint32_t offset = address - BOARD_ROM_BASE;

    if (size > BOARD_ROM_SIZE || offset > BOARD_ROM_SIZE - size) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "%zu bytes at 0x%x do not fit into the ROM", size,
                         address);
    }
    memcpy(rom->bytes + offset, bytes, size);
    if (size > 0 && offset + size > rom->size) {
        rom->size = offset + (uint32_t)size;
    }
    return 0;
}

/* A segment is loaded at its physical address. */
static int put_segment(struct rom *rom, const uint8_t *program, size_t size,
                       const Elf32_Phdr *segment, struct diag *diag)
{
    if (segment->p_type != PT_LOAD ||
        segment->p_paddr - BOARD_ROM_BASE >= BOARD_ROM_SIZE) {
        return 0;
    }
    if (segment->p_filesz > size ||
        segment->p_offset > size - segment->p_filesz) {
        return diag_fail(diag, OTALAB_ERR_USAGE, "a segment is truncated");
    }
    return rom_put(rom, segment->p_paddr, program + segment->p_offset,
                   segment->p_filesz, diag);
}

static int put_segments(struct rom *rom, const uint8_t *program, size_t size,
                        struct diag *diag)
{
    Elf32_Ehdr header;
    int err = 0;

    memcpy(&header, program, sizeof(header));
    for (uint32_t i = 0; i < header.e_phnum && err == 0; i++) {
        Elf32_Phdr segment;
        uint64_t at = (uint64_t)header.e_phoff + i * sizeof(segment);

        if (at > size || size - at < sizeof(segment)) {
            return diag_fail(diag, OTALAB_ERR_USAGE,
                             "its table of segments is truncated");
        }
        memcpy(&segment, program + at, sizeof(segment));
        err = put_segment(rom, program, size, &segment, diag);
    }
    return err;
}

static bool is_elf32(const uint8_t *program, size_t size)
{
    return size >= sizeof(Elf32_Ehdr) &&
           memcmp(program, ELFMAG, SELFMAG) == 0 &&
           program[EI_CLASS] == ELFCLASS32 && program[EI_DATA] == ELFDATA2LSB;
}

int rom_lay_out(struct rom *rom, const uint8_t *program, size_t size,
                const char *name, struct diag *diag)
{
    struct diag inner = {{0}};
    int err;

    *rom = (struct rom){.bytes = calloc(1, BOARD_ROM_SIZE)};
    if (rom->bytes == NULL) {
        return diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory");
    }
    err = is_elf32(program, size)
              ? put_segments(rom, program, size, &inner)
              : rom_put(rom, BOARD_ROM_BASE, program, size, &inner);
    return err ? diag_fail(diag, err, "%s: %s", name, inner.text) : 0;
}

static int put_file(struct rom *rom, uint32_t address, const char *path,
                    struct diag *diag)
{
    uint8_t *bytes = NULL;
    size_t size = 0;
    int err = file_read(path, BOARD_ROM_SIZE, &bytes, &size, diag);

    err = err ? err : rom_put(rom, address, bytes, size, diag);
    free(bytes);
    return err;
}

int rom_read(struct rom *rom, const char *program, const char *dtb,
             struct diag *diag)
{
    uint8_t *bytes = NULL;
    size_t size = 0;
    int err = file_read(program, PROGRAM_MOST, &bytes, &size, diag);

    *rom = (struct rom){.bytes = NULL};
    err = err ? err : rom_lay_out(rom, bytes, size, program, diag);
    free(bytes);
    return err || dtb == NULL ? err : put_file(rom, BOARD_DTB_BASE, dtb, diag);
}

void rom_free(struct rom *rom)
{
    free(rom->bytes);
    *rom = (struct rom){.bytes = NULL};
}
