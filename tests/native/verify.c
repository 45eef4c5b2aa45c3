/* SPDX-License-Identifier: MIT */
/*
 * Signature verification with a memory. It is a pure function of its whole
 * input, so a result may be kept under that input; nothing else is a key. A
 * P-256 verification takes longer than all the rest of a boot. The memory can
 * be switched off, for samples that show it changes nothing.
 */
#include <string.h>

#include "ota/crypto.h"
#include "wires.h"

/* ota/crypto.c is compiled with its function under this name. */
bool crypto_verify_computed(const uint8_t signature[CRYPTO_SIGNATURE_SIZE],
                            const uint8_t point[CRYPTO_POINT_SIZE],
                            const uint8_t digest[OTA_DIGEST_SIZE]);

struct input {
    uint8_t signature[CRYPTO_SIGNATURE_SIZE];
    uint8_t point[CRYPTO_POINT_SIZE];
    uint8_t digest[OTA_DIGEST_SIZE];
};

struct place {
    bool known;
    bool valid;
    struct input input;
};

#define PLACES 4096u

static struct place places[PLACES];
static bool remember = true;
static uint64_t asked_count;
static uint64_t computed_count;

void verify_remember(bool on)
{
    remember = on;
}

void verify_counts(uint64_t *asked, uint64_t *computed)
{
    *asked = asked_count;
    *computed = computed_count;
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

bool crypto_verify(const uint8_t signature[CRYPTO_SIGNATURE_SIZE],
                   const uint8_t point[CRYPTO_POINT_SIZE],
                   const uint8_t digest[OTA_DIGEST_SIZE])
{
    struct input input;

    memcpy(input.signature, signature, sizeof(input.signature));
    memcpy(input.point, point, sizeof(input.point));
    memcpy(input.digest, digest, sizeof(input.digest));
    struct place *place = place_of(&input);
    asked_count++;
    if (remember && place->known &&
        memcmp(&place->input, &input, sizeof(input)) == 0) {
        return place->valid;
    }
    computed_count++;
    place->known = true;
    place->input = input;
    place->valid = crypto_verify_computed(signature, point, digest);
    return place->valid;
}
