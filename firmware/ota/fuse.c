/* SPDX-License-Identifier: MIT */
#include "ota/fuse.h"

uint32_t fuse_level(const uint8_t *field, uint32_t bits)
{
    uint32_t level = bits;

    while (level > 0 && !(field[(level - 1) / 8u] >> (level - 1) % 8u & 1u)) {
        level--;
    }
    return level;
}
