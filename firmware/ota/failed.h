/* SPDX-License-Identifier: MIT */
/*
 * The images that failed their trial here, by their digests: a ring (ring.h)
 * that the agent keeps because the boot journal has room for only two. These
 * images are not fetched again, no matter in which release they come and how
 * many others failed in between: with 64 slots per sector and two per image,
 * four sectors hold at least the last 96. A lost entry costs a download and a
 * trial; a forged one keeps one image away.
 */
#ifndef OTALAB_OTA_FAILED_H
#define OTALAB_OTA_FAILED_H

#include <stdbool.h>
#include <stdint.h>

#include "ota/reason.h"
#include "ota/ring.h"
#include "ota/slot.h"

#define FAILED_SLOT 64u

/* Like ring_open(). A log that cannot be opened knows no image. */
int failed_open(struct ring *log, const struct ota_flash *flash,
                struct ota_area area);

bool failed_contains(const struct ring *log,
                     const uint8_t digest[OTA_DIGEST_SIZE]);

/* Remember it, twice, so that a power cut loses neither it nor others; writes
 * nothing if it is known. OTA_ERR_IO: it may be lost. */
int failed_add(struct ring *log, const uint8_t digest[OTA_DIGEST_SIZE],
               enum ota_reason reason);

#endif
