/* SPDX-License-Identifier: MIT */
/* Digests as manifests write them: [-16, 32 bytes]. */
#ifndef OTALAB_OTA_MANIFEST_DIGEST_H
#define OTALAB_OTA_MANIFEST_DIGEST_H

#include <stdint.h>

#include "ota/agent_why.h"
#include "ota/cbor.h"

/* SUIT_Digest with SHA-256: its 32 bytes, or NULL with the reason in *why. */
const uint8_t *ota_manifest_digest(struct cbor *reader, enum agent_why *why);

#endif
