/* SPDX-License-Identifier: MIT */
#include "ota/manifest_digest.h"

#include <stddef.h>

#include "ota/slot.h"

#define ALG_SHA256 (-16)

const uint8_t *ota_manifest_digest(struct cbor *reader, enum agent_why *why)
{
    struct cbor_span digest;
    uint32_t count;
    int32_t algorithm;

    *why = AGENT_WHY_BAD_MANIFEST;
    if (!cbor_array(reader, &count) || count != 2 ||
        !cbor_int(reader, &algorithm)) {
        return NULL;
    }
    if (algorithm != ALG_SHA256) {
        *why = AGENT_WHY_BAD_ALGORITHM;
        return NULL;
    }
    if (!cbor_bytes(reader, &digest) || digest.length != OTA_DIGEST_SIZE) {
        return NULL;
    }
    *why = AGENT_WHY_NONE;
    return digest.bytes;
}
