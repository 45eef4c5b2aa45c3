/* SPDX-License-Identifier: MIT */
/*
 * Which key may sign: the one lookup for images and descriptors. Trust rests
 * only on the digests, see struct image_keys. Pure; keeps nothing.
 */
#ifndef OTALAB_OTA_KEYS_H
#define OTALAB_OTA_KEYS_H

#include <stdint.h>

#include "ota/crypto.h"
#include "ota/image.h"
#include "ota/reason.h"
#include "ota/slot.h"

/*
 * Find the key whose SPKI has the SHA-256 `digest`, in `own_spki`
 * (IMAGE_SPKI_SIZE bytes; NULL: none came along) or else in keys->spki. *point
 * gets its x || y. OTA_REASON_UNSIGNED if it is not known,
 * OTA_REASON_KEY_REVOKED if its epoch is past.
 */
enum ota_reason keys_find(const struct image_keys *keys,
                          const uint8_t digest[OTA_DIGEST_SIZE],
                          const uint8_t *own_spki, const uint8_t **point);

/* Digest and signature check of what the keys must vouch for, by the means that
 * come with them. The keys' own digests are always computed in software. */
bool keys_sha256(const struct image_keys *keys, const void *data, size_t length,
                 uint8_t digest[OTA_DIGEST_SIZE]);
bool keys_verify(const struct image_keys *keys,
                 const uint8_t signature[CRYPTO_SIGNATURE_SIZE],
                 const uint8_t point[CRYPTO_POINT_SIZE],
                 const uint8_t digest[OTA_DIGEST_SIZE]);

#endif
