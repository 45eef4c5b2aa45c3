/* SPDX-License-Identifier: MIT */
/*
 * An entry of the ring (ring.h), 64 bytes:
 *
 *      8 digest of the image   40 reason   41 zeros
 */
#include "ota/failed.h"

#include <string.h>

#define DIGEST_AT RING_BODY
#define REASON_AT (DIGEST_AT + OTA_DIGEST_SIZE)
_Static_assert(REASON_AT < FAILED_SLOT - RING_TAIL, "entry layout");

static const struct ring_form form = {.magic = 0x3158544Fu, /* "OTX1" */
                                      .slot = FAILED_SLOT};

int failed_open(struct ring *log, const struct ota_flash *flash,
                struct ota_area area)
{
    return ring_open(log, &form, flash, area);
}

bool failed_contains(const struct ring *log,
                     const uint8_t digest[OTA_DIGEST_SIZE])
{
    return ring_count(log, digest, OTA_DIGEST_SIZE) != 0;
}

int failed_add(struct ring *log, const uint8_t digest[OTA_DIGEST_SIZE],
               enum ota_reason reason)
{
    uint8_t slot[FAILED_SLOT] = {0};

    memcpy(slot + DIGEST_AT, digest, OTA_DIGEST_SIZE);
    slot[REASON_AT] = (uint8_t)reason;
    return ring_keep(log, slot, OTA_DIGEST_SIZE);
}
