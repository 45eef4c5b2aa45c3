/* SPDX-License-Identifier: MIT */
/*
 * The patch format as the host writes and reads it: only the numbers
 * (docs/delta-format.md). The device has its own decoder (firmware/ota); the
 * two share nothing but heatshrink's parameters, so that each checks the other.
 */
#ifndef OTALAB_DELTA_FORMAT_H
#define OTALAB_DELTA_FORMAT_H

#include <stdint.h>

#define PATCH_MAGIC 0x3144544fu /* "OTD1" */
#define PATCH_FORMAT 1u
#define PATCH_WINDOW_BITS 7u
#define PATCH_LOOKAHEAD_BITS 4u
#define PATCH_HEADER 100u
#define PATCH_IMAGE_MAX (8u * 1024u * 1024u) /* bytes; a patch likewise */

enum patch_offset {
    PATCH_AT_MAGIC = 0,
    PATCH_AT_FORMAT = 4,
    PATCH_AT_WINDOW = 5,
    PATCH_AT_LOOKAHEAD = 6,
    PATCH_AT_ZERO = 7,
    PATCH_AT_SIZE = 8,
    PATCH_AT_BASE_SIZE = 12,
    PATCH_AT_TARGET_SIZE = 16,
    PATCH_AT_BASE_VERSION = 20,
    PATCH_AT_TARGET_VERSION = 28,
    PATCH_AT_BASE_DIGEST = 36,
    PATCH_AT_TARGET_DIGEST = 68
};

/* The low bits of a run's head: up to so many changed bytes without a count. */
#define PATCH_FEW 3u

/* A file in memory. */
struct bytes {
    const uint8_t *at;
    uint32_t size;
};

#endif
