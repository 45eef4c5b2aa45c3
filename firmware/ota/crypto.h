/* SPDX-License-Identifier: MIT */
/*
 * The interface to the cryptographic library: the two primitives that the boot
 * chain needs, and a digest in pieces for the agent. State is kept only in the
 * caller's memory, nothing is allocated, and a failure of the library counts as
 * "no".
 */
#ifndef OTALAB_OTA_CRYPTO_H
#define OTALAB_OTA_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ota/slot.h"

#define CRYPTO_SIGNATURE_SIZE 64u /* r || s, big-endian */
#define CRYPTO_POINT_SIZE 64u     /* x || y, big-endian */
#define CRYPTO_HASH_SIZE 128u

/* SHA-256 of `length` bytes. False if the library failed. */
bool crypto_sha256(const void *data, size_t length,
                   uint8_t digest[OTA_DIGEST_SIZE]);

/* A SHA-256 in progress. A value: it may be copied and needs no freeing. */
struct crypto_hash {
    _Alignas(8) uint8_t opaque[CRYPTO_HASH_SIZE];
};
/* Begin, add any number of times, end. After a false, only a new begin is
 * valid. crypto_hash_end() wipes it. */
bool crypto_hash_begin(struct crypto_hash *hash);
bool crypto_hash_add(struct crypto_hash *hash, const void *data, size_t length);
bool crypto_hash_end(struct crypto_hash *hash, uint8_t digest[OTA_DIGEST_SIZE]);

/* ECDSA on P-256 over a SHA-256 digest. Checks the point, too. */
bool crypto_verify(const uint8_t signature[CRYPTO_SIGNATURE_SIZE],
                   const uint8_t point[CRYPTO_POINT_SIZE],
                   const uint8_t digest[OTA_DIGEST_SIZE]);

/*
 * The same two functions by other means, an accelerator. The caller of a
 * verification passes it along with the keys. Each may fail, which counts as
 * "no", and then software verifies: a broken unit must not accept, and cannot
 * refuse.
 */
struct crypto_ops {
    bool (*sha256)(const void *data, size_t length,
                   uint8_t digest[OTA_DIGEST_SIZE]);
    bool (*verify)(const uint8_t signature[CRYPTO_SIGNATURE_SIZE],
                   const uint8_t point[CRYPTO_POINT_SIZE],
                   const uint8_t digest[OTA_DIGEST_SIZE]);
};

#endif
