/* SPDX-License-Identifier: MIT */
#include "image/rom.h"

#include <elf.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "board/registers.h"

int rom_put(struct rom *rom, uint32_t address, const uint8_t *bytes,
            size_t size, struct diag *diag)
{
    if (size > BOARD_ROM_SIZE || address > BOARD_ROM_SIZE - size) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "%zu bytes at 0x%x do not fit into the ROM", size,
                         address);
    }
    memcpy(rom->bytes + address, bytes, size);
    if (size > 0 && address + size > rom->size) {
        rom->size = address + (uint32_t)size;
    }
    return 0;
}

/* Where a segment is loaded is its physical address, for QEMU too. */
static int put_segment(struct rom *rom, const uint8_t *program, size_t size,
                       const Elf32_Phdr *segment, struct diag *diag)
{
    if (segment->p_type != PT_LOAD || segment->p_paddr >= BOARD_ROM_SIZE) {
        return 0;
    }
    if (segment->p_filesz > size ||
        segment->p_offset > size - segment->p_filesz) {
        return diag_fail(diag, OTALAB_ERR_USAGE, "a segment is cut off");
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
                             "its table of segments is cut off");
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

void rom_free(struct rom *rom)
{
    free(rom->bytes);
    *rom = (struct rom){.bytes = NULL};
}
