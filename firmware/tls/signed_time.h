/* SPDX-License-Identifier: MIT */
/*
 * The time as the server states it, signed by a key that may sign images:
 *
 *   0 magic "OTT1" | 4 seconds since 1970, 8 bytes | 12 nonce of the request
 *   20 SHA-256 of the signer's SubjectPublicKeyInfo | 52 signature r || s
 *
 * little-endian; the first 52 bytes are signed. The nonce makes an old statement
 * worthless.
 */
#ifndef OTALAB_TLS_SIGNED_TIME_H
#define OTALAB_TLS_SIGNED_TIME_H

#include <stdbool.h>
#include <stdint.h>

#include "ota/image.h"

#define SIGNED_TIME_SIZE 116u
#define SIGNED_TIME_NONCE 8u

/* Is it valid, and the answer to that nonce? Then *unix_s is the time. */
bool signed_time_read(const uint8_t *bytes, uint32_t length,
                      const uint8_t nonce[SIGNED_TIME_NONCE],
                      const struct image_keys *keys, uint64_t *unix_s);

#endif
