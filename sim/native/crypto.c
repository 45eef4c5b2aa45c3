/* SPDX-License-Identifier: MIT */
/*
 * Cryptography for native programs. It takes the board's time even where it
 * takes none of the host's: hash and verification are pure functions of their
 * whole input, so a result may be kept under that input; nothing else is a key.
 * Without a memory they take nearly all of a boot.
 */
#include "native/crypto.h"

#include <mbedtls/sha256.h>
#include <stdlib.h>
#include <string.h>

#include "device/ecdsa_x.h"
#include "native/cpu.h"

#define SIGNATURE 64u
#define POINT 64u
#define DIGEST 32u

/* ---- verification --------------------------------------------------------- */

static bool remembers = true;

void crypto_remember(bool on)
{
    remembers = on;
    ecdsa_x_remember(on);
}

bool native_crypto_verify(const uint8_t signature[SIGNATURE],
                          const uint8_t point[POINT],
                          const uint8_t digest[DIGEST])
{
    uint8_t x[DIGEST];

    cpu_spend(CPU_VERIFY_INSNS);
    return ecdsa_x(point, digest, signature, x) &&
           memcmp(x, signature, sizeof(x)) == 0;
}

/* ---- hash ------------------------------------------------------------------ */

#define KEPT_MOST 16u
#define KEPT_LEAST 1024u /* in bytes; a shorter input is hashed each time */

/* An input and its digest. */
struct kept {
    uint8_t *bytes;
    size_t length;
    uint8_t digest[DIGEST];
};

static struct kept kept[KEPT_MOST];
static unsigned kept_next; /* to be replaced */

static const struct kept *kept_find(const void *data, size_t length)
{
    for (unsigned i = 0; i < KEPT_MOST; i++) {
        if (kept[i].bytes != NULL && kept[i].length == length &&
            memcmp(kept[i].bytes, data, length) == 0) {
            return &kept[i];
        }
    }
    return NULL;
}

static void keep(const void *data, size_t length, const uint8_t digest[DIGEST])
{
    struct kept *place = &kept[kept_next++ % KEPT_MOST];

    free(place->bytes);
    place->bytes = malloc(length);
    if (place->bytes != NULL) {
        memcpy(place->bytes, data, length);
        memcpy(place->digest, digest, DIGEST);
        place->length = length;
    }
}

bool native_crypto_sha256(const void *data, size_t length,
                          uint8_t digest[DIGEST])
{
    bool worth = remembers && length >= KEPT_LEAST;
    const struct kept *known = worth ? kept_find(data, length) : NULL;

    cpu_spend(length * CPU_HASH_INSNS);
    if (known != NULL) {
        memcpy(digest, known->digest, DIGEST);
        return true;
    }
    bool done = mbedtls_sha256(data, length, digest, 0) == 0;
    if (worth && done) {
        keep(data, length, digest);
    }
    return done;
}
