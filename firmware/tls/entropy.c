/* SPDX-License-Identifier: MIT */
#include "tls/entropy.h"

#include <mbedtls/ctr_drbg.h>
#include <mbedtls/platform_util.h>
#include <string.h>

#include "board/board.h"
#include "ota/crypto.h"
#include "tls/health.h"

int entropy_seed(void *context, unsigned char *out, size_t length)
{
    uint8_t window[HEALTH_WINDOW];
    uint8_t digest[OTA_DIGEST_SIZE];

    (void)context;
    for (size_t at = 0; at < length; at += sizeof(digest)) {
        size_t part =
            length - at < sizeof(digest) ? length - at : sizeof(digest);

        rng_read(window, sizeof(window));
        if (!health_passes(window) ||
            !crypto_sha256(window, sizeof(window), digest)) {
            return MBEDTLS_ERR_CTR_DRBG_ENTROPY_SOURCE_FAILED;
        }
        memcpy(out + at, digest, part);
    }
    mbedtls_platform_zeroize(window, sizeof(window));
    mbedtls_platform_zeroize(digest, sizeof(digest));
    return 0;
}
