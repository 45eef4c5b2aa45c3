/* SPDX-License-Identifier: MIT */
/*
 * An entry of the ring (ring.h), 512 bytes:
 *
 *      8 dump (decode_patch.c)   292 zeros
 */
#include "ota/delta_states.h"

#include <string.h>

#include "ota/bytes.h"

#define SECTORS 16u /* enough to spread the wear, and quick to scan */

_Static_assert(RING_BODY + DECODE_DUMP <= DELTA_STATES_SLOT - RING_TAIL,
               "entry layout");

static const struct ring_form form = {.magic = 0x3158544Fu, /* "OTX1" */
                                      .slot = DELTA_STATES_SLOT};

int delta_states_open(struct ring *log, const struct ota_flash *flash,
                      struct ota_area area)
{
    uint32_t most = SECTORS * flash->sector_size;

    area.length = area.length < most ? area.length : most;
    return ring_open(log, &form, flash, area);
}

int delta_states_keep(struct ring *log, const uint8_t dump[DECODE_DUMP],
                      uint32_t *name)
{
    uint8_t slot[DELTA_STATES_SLOT] = {0};

    memcpy(slot + RING_BODY, dump, DECODE_DUMP);
    int err = ring_append(log, slot);
    *name = err ? 0 : log->sequence;
    return err;
}

bool delta_states_find(const struct ring *log, uint32_t name,
                       uint8_t dump[DECODE_DUMP])
{
    uint8_t slot[DELTA_STATES_SLOT];

    for (uint32_t i = 0; name != 0 && log->flash && i < ring_slots(log); i++) {
        if (ring_read(log, i, slot) && bytes_get32(slot + 4) == name) {
            memcpy(dump, slot + RING_BODY, DECODE_DUMP);
            return true;
        }
    }
    return false;
}
