/* SPDX-License-Identifier: MIT */
#include "ota/descriptor.h"

#include <string.h>

#include "ota/bytes.h"
#include "ota/crypto.h"
#include "ota/keys.h"

enum descriptor_offset {
    AT_MAGIC = 0,
    AT_FORMAT = 4,
    AT_LENGTH = 6,
    AT_RELEASE = 8,
    AT_FLAGS = 12,
    AT_VERSION = 16,
    AT_COUNTER = 24,
    AT_SIZE = 28,
    AT_FILE_DIGEST = 32,
    AT_IMAGE_DIGEST = 64,
    AT_KEY = 96,
    AT_SIGNATURE = 128
};
_Static_assert(AT_SIGNATURE == DESCRIPTOR_SIGNED &&
                   AT_SIGNATURE + CRYPTO_SIGNATURE_SIZE == DESCRIPTOR_SIZE,
               "descriptor layout");

static bool well_formed(const uint8_t *bytes, uint32_t length)
{
    return length == DESCRIPTOR_SIZE &&
           bytes_get32(bytes + AT_MAGIC) == DESCRIPTOR_MAGIC &&
           bytes_get16(bytes + AT_FORMAT) == DESCRIPTOR_FORMAT &&
           bytes_get16(bytes + AT_LENGTH) == DESCRIPTOR_SIZE &&
           bytes_get32(bytes + AT_RELEASE) != 0 &&
           (bytes_get32(bytes + AT_FLAGS) & ~DESCRIPTOR_DELTAS) == 0 &&
           bytes_get32(bytes + AT_SIZE) != 0;
}

static enum agent_why check_signature(const uint8_t *bytes,
                                      const struct image_keys *keys)
{
    uint8_t digest[OTA_DIGEST_SIZE];
    const uint8_t *point;
    enum ota_reason reason = keys_find(keys, bytes + AT_KEY, NULL, &point);

    if (reason) {
        return reason == OTA_REASON_KEY_REVOKED ? AGENT_WHY_KEY_REVOKED
                                                : AGENT_WHY_BAD_SIGNATURE;
    }
    if (!keys_sha256(keys, bytes, DESCRIPTOR_SIGNED, digest) ||
        !keys_verify(keys, bytes + AT_SIGNATURE, point, digest)) {
        return AGENT_WHY_BAD_SIGNATURE;
    }
    return AGENT_WHY_NONE;
}

enum agent_why descriptor_read(const uint8_t *bytes, uint32_t length,
                               const struct image_keys *keys,
                               struct descriptor *out)
{
    memset(out, 0, sizeof(*out));
    if (!well_formed(bytes, length)) {
        return AGENT_WHY_BAD_MANIFEST;
    }
    enum agent_why why = check_signature(bytes, keys);
    if (why && keys->crypto) { /* only software may refuse */
        struct image_keys software = *keys;

        software.crypto = NULL;
        why = check_signature(bytes, &software);
    }
    if (why) {
        return why;
    }
    out->release = bytes_get32(bytes + AT_RELEASE);
    out->version.major = bytes[AT_VERSION];
    out->version.minor = bytes[AT_VERSION + 1];
    out->version.revision = bytes_get16(bytes + AT_VERSION + 2);
    out->version.build = bytes_get32(bytes + AT_VERSION + 4);
    out->counter = bytes_get32(bytes + AT_COUNTER);
    out->size = bytes_get32(bytes + AT_SIZE);
    out->deltas = bytes_get32(bytes + AT_FLAGS) != 0;
    memcpy(out->file_digest, bytes + AT_FILE_DIGEST, OTA_DIGEST_SIZE);
    memcpy(out->image_digest, bytes + AT_IMAGE_DIGEST, OTA_DIGEST_SIZE);
    return AGENT_WHY_NONE;
}
