/* SPDX-License-Identifier: MIT */
/*
 * Cryptography for native programs. It takes the board's time even where it
 * takes none of the host's. Signature verification has a memory. It is a pure
 * function of its whole input, so a result may be kept under that input;
 * nothing else is a key. It takes longer than all the rest of a boot. The
 * memory is off unless it is asked for.
 */
#include "native/crypto.h"

#include <mbedtls/sha256.h>
#include <string.h>

#include "device/ecdsa_x.h"
#include "native/cpu.h"

#define SIGNATURE 64u
#define POINT 64u
#define DIGEST 32u
#define PLACES 4096u

struct input {
    uint8_t signature[SIGNATURE];
    uint8_t point[POINT];
    uint8_t digest[DIGEST];
};

struct place {
    bool known;
    bool valid;
    struct input input;
};

static struct place places[PLACES];
static bool remembers;
static struct remember_counts counts;

void remember_verify(bool on)
{
    remembers = on;
}

struct remember_counts remember_counted(void)
{
    return counts;
}

static bool compute(const struct input *input)
{
    uint8_t x[DIGEST];

    counts.computed++;
    return ecdsa_x(input->point, input->digest, input->signature, x) &&
           memcmp(x, input->signature, sizeof(x)) == 0;
}

/* A newer input takes the place of an older one. */
static struct place *place_of(const struct input *input)
{
    uint32_t first;
    uint32_t second;

    memcpy(&first, input->digest, sizeof(first));
    memcpy(&second, input->signature, sizeof(second));
    return &places[(first ^ second) % PLACES];
}

bool native_crypto_verify(const uint8_t signature[SIGNATURE],
                          const uint8_t point[POINT],
                          const uint8_t digest[DIGEST])
{
    struct input input;
    struct place *place;

    memcpy(input.signature, signature, sizeof(input.signature));
    memcpy(input.point, point, sizeof(input.point));
    memcpy(input.digest, digest, sizeof(input.digest));
    counts.asked++;
    cpu_spend(CPU_VERIFY_INSNS);
    place = place_of(&input);
    if (remembers && place->known &&
        memcmp(&place->input, &input, sizeof(input)) == 0) {
        return place->valid;
    }
    place->known = true;
    place->input = input;
    place->valid = compute(&input);
    return place->valid;
}

bool native_crypto_sha256(const void *data, size_t length,
                          uint8_t digest[DIGEST])
{
    cpu_spend(length * CPU_HASH_INSNS);
    return mbedtls_sha256(data, length, digest, 0) == 0;
}
