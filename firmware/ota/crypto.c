/* SPDX-License-Identifier: MIT */
#include "ota/crypto.h"

#include <mbedtls/build_info.h>
#include <mbedtls/sha256.h>
#include <p256-m.h>

_Static_assert(MBEDTLS_VERSION_NUMBER >= 0x03060000,
               "an old mbedTLS is in the include path");

bool crypto_sha256(const void *data, size_t length,
                   uint8_t digest[OTA_DIGEST_SIZE])
{
    return mbedtls_sha256(data, length, digest, 0) == 0;
}

bool crypto_verify(const uint8_t signature[CRYPTO_SIGNATURE_SIZE],
                   const uint8_t point[CRYPTO_POINT_SIZE],
                   const uint8_t digest[OTA_DIGEST_SIZE])
{
    return p256_ecdsa_verify(signature, point, digest, OTA_DIGEST_SIZE) ==
           P256_SUCCESS;
}
