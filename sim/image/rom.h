/* SPDX-License-Identifier: MIT */
/*
 * The ROM as the CPU reads it: the program's loaded segments and the
 * devicetree. The machine has it in its window, the judge compares with it. The
 * caller owns everything.
 */
#ifndef OTALAB_IMAGE_ROM_H
#define OTALAB_IMAGE_ROM_H

#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"

/* From BOARD_ROM_BASE on; what no segment fills is 0. */
struct rom {
    uint8_t *bytes; /* malloc'ed, BOARD_ROM_SIZE of them */
    uint32_t size;  /* up to the last that is filled */
};

/* Lay out an ELF program, or a plain one that begins where the ROM does. Segments at other
 * addresses than the ROM's are left out. OTALAB_ERR_USAGE when the file is
 * damaged; `name` is what it is called then. */
int rom_lay_out(struct rom *rom, const uint8_t *program, size_t size,
                const char *name, struct diag *diag);
/* The same of files, with the devicetree in its place, if there is one (else
 * NULL). */
int rom_read(struct rom *rom, const char *program, const char *dtb,
             struct diag *diag);
/* Put a blob into it. OTALAB_ERR_USAGE when it does not fit. */
int rom_put(struct rom *rom, uint32_t address, const uint8_t *bytes,
            size_t size, struct diag *diag);
void rom_free(struct rom *rom); /* of zeros: fine */

#endif
