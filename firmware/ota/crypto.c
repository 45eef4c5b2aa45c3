/* SPDX-License-Identifier: MIT */
#include "ota/crypto.h"

#include <mbedtls/build_info.h>
#include <mbedtls/sha256.h>
#include <p256-m.h>
#include <string.h>

_Static_assert(MBEDTLS_VERSION_NUMBER >= 0x03060000,
               "an old mbedTLS is in the include path");

bool crypto_sha256(const void *data, size_t length,
                   uint8_t digest[OTA_DIGEST_SIZE])
{
    return mbedtls_sha256(data, length, digest, 0) == 0;
}

/* The library's structure is copied out of the caller's bytes and back, so that
 * nobody outside has to know it. */
_Static_assert(sizeof(mbedtls_sha256_context) <= CRYPTO_HASH_SIZE,
               "the library's structure has grown");

static mbedtls_sha256_context load(const struct crypto_hash *hash)
{
    mbedtls_sha256_context context;

    memcpy(&context, hash->opaque, sizeof(context));
    return context;
}

static void store(struct crypto_hash *hash,
                  const mbedtls_sha256_context *context)
{
    memcpy(hash->opaque, context, sizeof(*context));
}

bool crypto_hash_begin(struct crypto_hash *hash)
{
    mbedtls_sha256_context context;

    memset(hash, 0, sizeof(*hash));
    mbedtls_sha256_init(&context);
    bool done = mbedtls_sha256_starts(&context, 0) == 0;
    store(hash, &context);
    return done;
}

bool crypto_hash_add(struct crypto_hash *hash, const void *data, size_t length)
{
    mbedtls_sha256_context context = load(hash);
    bool done = mbedtls_sha256_update(&context, data, length) == 0;

    store(hash, &context);
    return done;
}

bool crypto_hash_end(struct crypto_hash *hash, uint8_t digest[OTA_DIGEST_SIZE])
{
    mbedtls_sha256_context context = load(hash);
    bool done = mbedtls_sha256_finish(&context, digest) == 0;

    mbedtls_sha256_free(&context);
    memset(hash, 0, sizeof(*hash));
    return done;
}

bool crypto_verify(const uint8_t signature[CRYPTO_SIGNATURE_SIZE],
                   const uint8_t point[CRYPTO_POINT_SIZE],
                   const uint8_t digest[OTA_DIGEST_SIZE])
{
    return p256_ecdsa_verify(signature, point, digest, OTA_DIGEST_SIZE) ==
           P256_SUCCESS;
}
