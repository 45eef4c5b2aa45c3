/* SPDX-License-Identifier: MIT */
#include "tls/entropy.h"

#include <mbedtls/ctr_drbg.h>
#include <mbedtls/platform_util.h>
#include <string.h>

#include "board/board.h"
#include "ota/crypto.h"

/* 1 + 20 / 4: so many equal bytes in a row. */
#define REPETITION_CUT 6u
/* 1 + the 1 - 2^-20 quantile of binomial(512, 2^-4). */
#define PROPORTION_CUT 63u

static bool repeats(const uint8_t window[ENTROPY_WINDOW])
{
    uint32_t run = 1;

    for (uint32_t i = 1; i < ENTROPY_WINDOW; i++) {
        run = window[i] == window[i - 1] ? run + 1u : 1u;
        if (run >= REPETITION_CUT) {
            return true;
        }
    }
    return false;
}

/* How often does the first sample occur? */
static bool prefers(const uint8_t window[ENTROPY_WINDOW])
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < ENTROPY_WINDOW; i++) {
        count += window[i] == window[0];
    }
    return count >= PROPORTION_CUT;
}

bool entropy_healthy(const uint8_t window[ENTROPY_WINDOW])
{
    return !repeats(window) && !prefers(window);
}

int entropy_seed(void *context, unsigned char *out, size_t length)
{
    uint8_t window[ENTROPY_WINDOW];
    uint8_t digest[OTA_DIGEST_SIZE];

    (void)context;
    for (size_t at = 0; at < length; at += sizeof(digest)) {
        size_t part =
            length - at < sizeof(digest) ? length - at : sizeof(digest);

        rng_read(window, sizeof(window));
        if (!entropy_healthy(window) ||
            !crypto_sha256(window, sizeof(window), digest)) {
            return MBEDTLS_ERR_CTR_DRBG_ENTROPY_SOURCE_FAILED;
        }
        memcpy(out + at, digest, part);
    }
    mbedtls_platform_zeroize(window, sizeof(window));
    mbedtls_platform_zeroize(digest, sizeof(digest));
    return 0;
}
