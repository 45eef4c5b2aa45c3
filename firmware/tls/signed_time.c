/* SPDX-License-Identifier: MIT */
#include "tls/signed_time.h"

#include <string.h>

#include "ota/bytes.h"
#include "ota/keys.h"

#define MAGIC 0x3154544Fu
#define AT_TIME 4u
#define AT_NONCE 12u
#define AT_KEY 20u
#define AT_SIGNATURE 52u

_Static_assert(AT_SIGNATURE + CRYPTO_SIGNATURE_SIZE == SIGNED_TIME_SIZE,
               "layout");

static bool is_signed(const uint8_t *bytes, const struct image_keys *keys)
{
    uint8_t digest[OTA_DIGEST_SIZE];
    const uint8_t *point;

    return keys_find(keys, bytes + AT_KEY, NULL, &point) == OTA_REASON_NONE &&
           keys_sha256(keys, bytes, AT_SIGNATURE, digest) &&
           keys_verify(keys, bytes + AT_SIGNATURE, point, digest);
}

bool signed_time_read(const uint8_t *bytes, uint32_t length,
                      const uint8_t nonce[SIGNED_TIME_NONCE],
                      const struct image_keys *keys, uint64_t *unix_s)
{
    struct image_keys software = *keys;

    software.crypto = NULL; /* only software may refuse */
    if (length != SIGNED_TIME_SIZE || bytes_get32(bytes) != MAGIC ||
        memcmp(bytes + AT_NONCE, nonce, SIGNED_TIME_NONCE) != 0 ||
        !(is_signed(bytes, keys) || is_signed(bytes, &software))) {
        return false;
    }
    *unix_s = bytes_get32(bytes + AT_TIME) |
              (uint64_t)bytes_get32(bytes + AT_TIME + 4u) << 32;
    return true;
}
