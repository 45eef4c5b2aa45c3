/* SPDX-License-Identifier: MIT */
#include "ota/fuse.h"

#include <stdbool.h>

static bool burned(const uint8_t *field, uint32_t bit)
{
    return (field[bit / 8u] >> bit % 8u & 1u) != 0;
}

uint32_t fuse_level(const uint8_t *field, uint32_t bits)
{
    while (bits > 0 && !burned(field, bits - 1)) {
        bits--;
    }
    return bits;
}

uint32_t fuse_gap(const uint8_t *field, uint32_t bits)
{
    uint32_t bit = 0;

    while (bit < bits && burned(field, bit)) {
        bit++;
    }
    return bit;
}
