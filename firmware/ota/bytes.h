/* SPDX-License-Identifier: MIT */
/*
 * Little-endian numbers in byte buffers, and the two questions asked most about
 * flash contents: is it blank, is it zero? The caller has checked that the
 * bytes are there.
 */
#ifndef OTALAB_OTA_BYTES_H
#define OTALAB_OTA_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline uint16_t bytes_get16(const uint8_t *at)
{
    return (uint16_t)(at[0] | at[1] << 8);
}

static inline uint32_t bytes_get32(const uint8_t *at)
{
    return bytes_get16(at) | (uint32_t)bytes_get16(at + 2) << 16;
}

static inline void bytes_put16(uint8_t *at, uint16_t value)
{
    at[0] = (uint8_t)value;
    at[1] = (uint8_t)(value >> 8);
}

static inline void bytes_put32(uint8_t *at, uint32_t value)
{
    bytes_put16(at, (uint16_t)value);
    bytes_put16(at + 2, (uint16_t)(value >> 16));
}

/* True when all `length` bytes have that value; also when length is 0. */
bool bytes_are(const uint8_t *at, size_t length, uint8_t value);

#endif
