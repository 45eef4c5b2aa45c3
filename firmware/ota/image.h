/* SPDX-License-Identifier: MIT */
/*
 * MCUboot's image format, parsed and verified in memory. Nothing here touches
 * flash: the caller copies the header, asks image_check_header() how many bytes
 * the whole image has, copies those to RAM (as ota/load.h does), and from then
 * on every field is taken from that copy. All functions are pure; none keeps
 * memory.
 *
 *   | header 32 B .. hdr_size | payload | protected TLVs | TLVs |
 *   |<------------- signed region ------------------->|
 *
 * It is stricter than the format requires: exactly one SHA256, one KEYHASH and
 * one ECDSA signature, at most one PUBKEY and one security counter, each in its
 * own area and with its own length. It refuses unprotected entries of unknown
 * type, encrypted, compressed, non-bootable and XIP-only images, and images
 * that depend on another one, because there is only one.
 *
 * Source: MCUboot design document; docs/flash-layout.md has the reasons.
 */
#ifndef OTALAB_OTA_IMAGE_H
#define OTALAB_OTA_IMAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "ota/reason.h"
#include "ota/slot.h"

#define IMAGE_MAGIC 0x96f3b83du
#define IMAGE_HEADER_SIZE 32u
#define IMAGE_SPKI_SIZE 91u /* DER SubjectPublicKeyInfo of a P-256 key */
#define IMAGE_TLV_MAX 1024u /* both TLV areas together, bytes */
#define IMAGE_FLAG_NON_BOOTABLE 0x10u
#define IMAGE_FLAG_RAM_LOAD 0x20u
#define IMAGE_TLV_PROTECTED_MAGIC 0x6908u
#define IMAGE_TLV_MAGIC 0x6907u

enum image_tlv {
    IMAGE_TLV_KEYHASH = 0x01,
    IMAGE_TLV_PUBKEY = 0x02,
    IMAGE_TLV_SHA256 = 0x10,
    IMAGE_TLV_RSA2048 = 0x20,
    IMAGE_TLV_ECDSA = 0x22,
    IMAGE_TLV_RSA3072 = 0x23,
    IMAGE_TLV_ED25519 = 0x24,
    IMAGE_TLV_DEPENDENCY = 0x40,
    IMAGE_TLV_SEC_CNT = 0x50,
    IMAGE_TLV_BOOT_RECORD = 0x60
};

struct crypto_ops; /* ota/crypto.h */

/* Where an image may be loaded, and how large its slot is. */
struct image_limits {
    uint32_t slot_size;
    uint32_t load_base; /* the only load address accepted */
    uint32_t load_size; /* image with header and TLVs must fit in it */
    bool need_ram_load; /* refuse images that do not ask to be loaded */
};

struct image_version {
    uint8_t major;
    uint8_t minor;
    uint16_t revision;
    uint32_t build;
};

/* What a verified header and its TLVs say. Valid only for the RAM copy that it
 * was taken from. */
struct image_info {
    uint32_t header_size;
    uint32_t payload_size;
    uint32_t protected_size;
    uint32_t total_size; /* up to the end of the last TLV */
    uint32_t load_address;
    struct image_version version;
    uint32_t counter; /* security counter; 0 if there is none */
    uint8_t digest[OTA_DIGEST_SIZE];
};

/*
 * The keys that may sign. Trust rests only on `digests` (from the fuses): the
 * SHA-256 of each SPKI in DER; a zero digest is unset. An image names its key
 * by KEYHASH. The key itself comes from its PUBKEY entry or else from `spki`,
 * blobs of IMAGE_SPKI_SIZE bytes, which need no protection because their digest
 * is compared.
 */
struct image_keys {
    const uint8_t (*digests)[OTA_DIGEST_SIZE];
    uint32_t count;
    uint32_t first_valid; /* key epoch: digests below it are revoked */
    const uint8_t *const *spki;
    uint32_t spki_count;
    const struct crypto_ops *crypto; /* NULL: ota/crypto.c, in software */
};

/*
 * Check a 32-byte header against limits. `info` gets all header fields but none
 * from the TLVs. Returns OTA_REASON_NONE or the reason to refuse it.
 */
enum ota_reason image_check_header(const uint8_t header[IMAGE_HEADER_SIZE],
                                   const struct image_limits *limits,
                                   struct image_info *info);

/* Bytes that the header claims: header, payload and protected TLVs. The
 * unprotected area follows; image_tlv_end() gives its end. */
uint32_t image_signed_size(const struct image_info *info);

/*
 * Where the unprotected TLV area ends, from the 4-byte info record at
 * image_signed_size(). Sets `info->total_size`. Returns a reason.
 */
enum ota_reason image_tlv_end(const uint8_t record[4],
                              const struct image_limits *limits,
                              struct image_info *info);

/*
 * Read both TLV areas, which are adjacent at `areas`, `size` bytes; sets
 * counter and digest. Says nothing about authenticity.
 */
enum ota_reason image_read_tlvs(const uint8_t *areas, uint32_t size,
                                struct image_info *info);

/*
 * Verify the whole image in RAM (`size` bytes at `image`, of which it may use
 * fewer): header again, TLV areas, digest, key, signature. Fills info. The
 * image need not be a program: see image_check_entry().
 */
enum ota_reason image_verify(const uint8_t *image, uint32_t size,
                             const struct image_limits *limits,
                             const struct image_keys *keys,
                             struct image_info *info);

/*
 * Check that in a verified image the vector table's address fits VTOR, the
 * initial stack pointer lies in the load range, and the reset vector is a Thumb
 * address in the payload. Returns OTA_REASON_BAD_ENTRY otherwise.
 */
enum ota_reason image_check_entry(const uint8_t *image,
                                  const struct image_info *info,
                                  const struct image_limits *limits);

/* < 0, 0, > 0 if a is older, equal, newer. The build number counts last. */
int image_version_compare(const struct image_version *a,
                          const struct image_version *b);
/* major << 24 | minor << 16 | revision */
uint32_t image_version_pack(const struct image_version *version);

#endif
