/* SPDX-License-Identifier: MIT */
/* What a decoder may consume, and what it may fill; it advances all four. */
#ifndef OTALAB_OTA_DECODE_IO_H
#define OTALAB_OTA_DECODE_IO_H

#include <stdint.h>

struct decode_io {
    const uint8_t *in;
    uint32_t in_left;
    uint8_t *out;
    uint32_t out_left;
};

#endif
