/* SPDX-License-Identifier: MIT */
/*
 * A unary fuse field with its gaps filled: its value is one more than the
 * number of its highest burned bit. Bits are burned in order, so every bit
 * below that one was burned once; a counter must not go back because one weak
 * bit did. Bit 0 of byte 0 is the field's first.
 *
 * A burn continues at the lowest unburned bit, which fills the gaps.
 */
#ifndef OTALAB_OTA_FUSE_H
#define OTALAB_OTA_FUSE_H

#include <stdint.h>

/* `bits` is a multiple of 8. Returns 0..bits. */
uint32_t fuse_level(const uint8_t *field, uint32_t bits);
/* The lowest unburned bit; `bits` if there is none. */
uint32_t fuse_gap(const uint8_t *field, uint32_t bits);

#endif
