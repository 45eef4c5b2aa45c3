/* SPDX-License-Identifier: MIT */
/*
 * The seam to the cryptographic library: the two primitives that the boot
 * chain needs and nothing else. Nothing is kept between calls, nothing is
 * allocated; a failure of the library counts as "no".
 */
#ifndef OTALAB_OTA_CRYPTO_H
#define OTALAB_OTA_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ota/slot.h"

#define CRYPTO_SIGNATURE_SIZE 64u /* r || s, big-endian */
#define CRYPTO_POINT_SIZE 64u     /* x || y, big-endian */

/* SHA-256 of `length` bytes. False when the library failed. */
bool crypto_sha256(const void *data, size_t length,
                   uint8_t digest[OTA_DIGEST_SIZE]);

/* ECDSA on P-256 over a SHA-256 digest. The point is checked, too. */
bool crypto_verify(const uint8_t signature[CRYPTO_SIGNATURE_SIZE],
                   const uint8_t point[CRYPTO_POINT_SIZE],
                   const uint8_t digest[OTA_DIGEST_SIZE]);

#endif
