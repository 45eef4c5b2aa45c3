/* SPDX-License-Identifier: MIT */
/*
 * What a byte of flash means: the field of the structure that it belongs to,
 * and the field's value in words. One table, written from docs/flash-layout.md
 * and the image format, for whoever shows bytes to a person. Any bytes may be
 * given; what is no known structure is said to be so. Pure.
 */
#ifndef OTALAB_INSPECT_ANATOMY_H
#define OTALAB_INSPECT_ANATOMY_H

#include <stddef.h>
#include <stdint.h>

#include "device/figures.h"

struct anatomy {
    char partition[BOARD_PART_NAME]; /* "": outside all */
    char structure[64];              /* "journal record 0.03", "image header" */
    char field[64];                  /* "attempts left"; "": no field */
    char value[96];  /* "2", "trial"; "" when the bytes say it all */
    uint32_t start;  /* of the field, in flash */
    uint32_t length; /* bytes; at least 1 */
};

/* The byte at `address` of a flash of `size` bytes. */
void anatomy_at(const uint8_t *flash, size_t size, const struct board_map *map,
                uint32_t address, struct anatomy *out);

#endif
