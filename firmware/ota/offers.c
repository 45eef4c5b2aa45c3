/* SPDX-License-Identifier: MIT */
/*
 * An entry of the ring (ring.h), 256 bytes:
 *
 *      8 descriptor, 192 bytes (descriptor.h)   200 zeros
 */
#include "ota/offers.h"

#include <string.h>

_Static_assert(RING_BODY + DESCRIPTOR_SIZE <= OFFERS_SLOT - RING_TAIL,
               "entry layout");

static const struct ring_form form = {.magic = 0x314F544Fu, /* "OTO1" */
                                      .slot = OFFERS_SLOT};

int offers_open(struct ring *log, const struct ota_flash *flash,
                struct ota_area area)
{
    return ring_open(log, &form, flash, area);
}

bool offers_newest(const struct ring *log, uint8_t bytes[DESCRIPTOR_SIZE])
{
    uint8_t slot[OFFERS_SLOT];

    if (log->sequence == 0 || !ring_read(log, log->at, slot)) {
        return false;
    }
    memcpy(bytes, slot + RING_BODY, DESCRIPTOR_SIZE);
    return true;
}

int offers_keep(struct ring *log, const uint8_t bytes[DESCRIPTOR_SIZE])
{
    uint8_t slot[OFFERS_SLOT] = {0};
    uint8_t newest[DESCRIPTOR_SIZE];
    int err = OTA_OK;

    memcpy(slot + RING_BODY, bytes, DESCRIPTOR_SIZE);
    if (!offers_newest(log, newest) ||
        memcmp(newest, bytes, DESCRIPTOR_SIZE) != 0) {
        err = ring_append(log, slot);
    }
    return err ? err : ring_keep(log, slot, DESCRIPTOR_SIZE);
}
