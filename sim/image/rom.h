/* SPDX-License-Identifier: MIT */
/*
 * The ROM as the CPU reads it: the program's loaded segments and the
 * devicetree. The machine copies it into its window, and the oracle compares
 * the ROM with it. The caller owns everything.
 */
#ifndef OTALAB_IMAGE_ROM_H
#define OTALAB_IMAGE_ROM_H

#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"

/* From BOARD_ROM_BASE on; bytes outside all segments are 0. */
struct rom {
    uint8_t *bytes; /* malloc'ed, BOARD_ROM_SIZE of them */
    uint32_t size;  /* up to the last one used */
};

/* Lay out an ELF program, or a plain one that begins where the ROM does.
 * Segments at addresses outside the ROM are left out. 0, or OTALAB_ERR_USAGE if
 * the file is damaged; `name` is its name in messages. */
int rom_lay_out(struct rom *rom, const uint8_t *program, size_t size,
                const char *name, struct diag *diag);
/* The same from files, with the devicetree in its place, if there is one (NULL:
 * none). */
int rom_read(struct rom *rom, const char *program, const char *dtb,
             struct diag *diag);
/* Put a devicetree blob into the ROM. 0, or OTALAB_ERR_USAGE if it does not
 * fit. */
int rom_put(struct rom *rom, uint32_t address, const uint8_t *bytes,
            size_t size, struct diag *diag);
void rom_free(struct rom *rom); /* may be all zeros */

#endif
