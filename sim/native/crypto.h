/* SPDX-License-Identifier: MIT */
/* Cryptography for native programs. */
#ifndef OTALAB_NATIVE_CRYPTO_H
#define OTALAB_NATIVE_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether results are kept, under their whole input; on at first. */
void crypto_remember(bool on);

/* crypto_verify() of ota/crypto.h, under the name that native programs call:
 * whether the signature r || s of the digest is that of the key x || y; all
 * numbers big-endian, 64, 64 and 32 bytes. */
bool native_crypto_verify(const uint8_t signature[64], const uint8_t point[64],
                          const uint8_t digest[32]);
/* crypto_sha256(), likewise. */
bool native_crypto_sha256(const void *data, size_t length, uint8_t digest[32]);

#endif
