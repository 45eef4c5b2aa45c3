/* SPDX-License-Identifier: MIT */
/*
 * The signed descriptor: what a server offers, in 192 bytes. The agent writes
 * no byte of an image before it has verified one. Only descriptor_read() knows
 * the layout, which docs/protocol.md describes, so a full manifest could take
 * the descriptor's place there. All numbers are little-endian.
 *
 *     0   4  magic "OTD1"              32  32  SHA-256 of the image's bytes
 *     4   2  format, 1                 64  32  the image's digest (its TLV)
 *     6   2  length, 192               96  32  SHA-256 of the signer's SPKI
 *     8   4  release, from 1, rising  128  64  ECDSA P-256 r || s over the
 *    12   4  flags: 1 deltas are offered       SHA-256 of bytes 0..127
 *    16   8  version: major, minor, revision (2), build (4)
 *    24   4  security counter
 *    28   4  size of the image in bytes, header and TLVs included
 */
#ifndef OTALAB_OTA_DESCRIPTOR_H
#define OTALAB_OTA_DESCRIPTOR_H

#include <stdbool.h>
#include <stdint.h>

#include "ota/agent_why.h"
#include "ota/image.h"

#define DESCRIPTOR_MAGIC 0x3144544Fu
#define DESCRIPTOR_FORMAT 1u
#define DESCRIPTOR_SIZE 192u
#define DESCRIPTOR_SIGNED 128u
#define DESCRIPTOR_DELTAS 1u /* flag: the server has patches to the image */

struct descriptor {
    uint32_t release;
    struct image_version version;
    uint32_t counter;
    uint32_t size;
    bool deltas;                           /* ask for a patch first */
    uint8_t file_digest[OTA_DIGEST_SIZE];  /* of all bytes of the image */
    uint8_t image_digest[OTA_DIGEST_SIZE]; /* as journal and requests use it */
};

/*
 * Read and verify. AGENT_WHY_NONE, BAD_MANIFEST (length, magic, format,
 * flags, release 0, size 0), BAD_SIGNATURE (unknown key or wrong signature) or
 * KEY_REVOKED; `out` is all zero unless it is NONE.
 */
enum agent_why descriptor_read(const uint8_t *bytes, uint32_t length,
                               const struct image_keys *keys,
                               struct descriptor *out);

#endif
