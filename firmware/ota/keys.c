/* SPDX-License-Identifier: MIT */
#include "ota/keys.h"

#include <stdbool.h>
#include <string.h>

#include "ota/bytes.h"
#include "ota/crypto.h"

/* SubjectPublicKeyInfo of an uncompressed point on P-256, up to the point:
 * SEQUENCE { SEQUENCE { id-ecPublicKey, prime256v1 } BIT STRING { 04 .. } }
 * (RFC 5480). */
static const uint8_t spki_prefix[] = {0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a,
                                      0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06,
                                      0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03,
                                      0x01, 0x07, 0x03, 0x42, 0x00, 0x04};
_Static_assert(sizeof(spki_prefix) + CRYPTO_POINT_SIZE == IMAGE_SPKI_SIZE,
               "SPKI layout");

static bool spki_matches(const uint8_t *spki, const uint8_t *keyhash)
{
    uint8_t digest[OTA_DIGEST_SIZE];

    return memcmp(spki, spki_prefix, sizeof(spki_prefix)) == 0 &&
           crypto_sha256(spki, IMAGE_SPKI_SIZE, digest) &&
           memcmp(digest, keyhash, OTA_DIGEST_SIZE) == 0;
}

/* Do the digests in the fuses allow it? */
static enum ota_reason check_root(const uint8_t *keyhash,
                                  const struct image_keys *keys)
{
    enum ota_reason reason = OTA_REASON_UNSIGNED;

    if (bytes_are(keyhash, OTA_DIGEST_SIZE, 0)) {
        return OTA_REASON_UNSIGNED;
    }
    for (uint32_t i = 0; i < keys->count; i++) {
        if (memcmp(keys->digests[i], keyhash, OTA_DIGEST_SIZE) != 0) {
            continue;
        }
        if (i >= keys->first_valid) {
            return OTA_REASON_NONE;
        }
        reason = OTA_REASON_KEY_REVOKED;
    }
    return reason;
}

enum ota_reason keys_find(const struct image_keys *keys,
                          const uint8_t digest[OTA_DIGEST_SIZE],
                          const uint8_t *own_spki, const uint8_t **point)
{
    const uint8_t *const *spki = own_spki ? &own_spki : keys->spki;
    uint32_t count = own_spki ? 1 : keys->spki_count;
    enum ota_reason reason = check_root(digest, keys);

    if (reason) {
        return reason;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (spki_matches(spki[i], digest)) {
            *point = spki[i] + sizeof(spki_prefix);
            return OTA_REASON_NONE;
        }
    }
    return OTA_REASON_UNSIGNED;
}

bool keys_sha256(const struct image_keys *keys, const void *data, size_t length,
                 uint8_t digest[OTA_DIGEST_SIZE])
{
    return keys->crypto ? keys->crypto->sha256(data, length, digest)
                        : crypto_sha256(data, length, digest);
}

bool keys_verify(const struct image_keys *keys,
                 const uint8_t signature[CRYPTO_SIGNATURE_SIZE],
                 const uint8_t point[CRYPTO_POINT_SIZE],
                 const uint8_t digest[OTA_DIGEST_SIZE])
{
    return keys->crypto ? keys->crypto->verify(signature, point, digest)
                        : crypto_verify(signature, point, digest);
}
