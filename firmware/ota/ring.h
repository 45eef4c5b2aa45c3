/* SPDX-License-Identifier: MIT */
/*
 * A log of equal slots in a partition of its own, written round and round
 * through all its sectors. It holds what the update agent has to remember:
 * progress.h, failed.h and offers.h say what a slot's body is; this file knows
 * where the next one goes. An entry is written once; one that was torn leaves
 * the entries before it as they were. The oldest sector is erased when the log
 * comes round to it, the one with the newest entry never: with n slots a
 * sector, m entries cost m / n erases, spread evenly over all sectors. A log
 * whose numbers are used up is begun anew with the next entry; older ones are
 * forgotten then. Layout and rules in ring.c and docs/flash-layout.md.
 */
#ifndef OTALAB_OTA_RING_H
#define OTALAB_OTA_RING_H

#include <stdbool.h>
#include <stdint.h>

#include "ota/flash.h"

#define RING_BODY 8u /* where the body starts */
#define RING_TAIL 8u /* bytes after it */
#define RING_SLOT_MAX 256u

struct ring_form {
    uint32_t magic;
    uint32_t slot; /* bytes, a part of every sector; at most RING_SLOT_MAX */
    /* Is the body one that may be there? NULL: any is. */
    bool (*in_range)(const uint8_t *slot);
};

struct ring {
    const struct ring_form *form;
    const struct ota_flash *flash;
    struct ota_area area;
    uint32_t at;       /* index of the newest entry's slot */
    uint32_t next;     /* index of the slot for the next one */
    uint32_t sequence; /* of the newest; 0: there is none */
    bool low;          /* it has numbers of the lowest; of the highest */
    bool high;
};

/* Scan; writes nothing. OTA_ERR_RANGE when the area has fewer than two sectors
 * or slots do not fit them, OTA_ERR_IO when it cannot be read. */
int ring_open(struct ring *ring, const struct ring_form *form,
              const struct ota_flash *flash, struct ota_area area);

/* How many slots there are, and whether that one holds a valid entry, which
 * is copied to `slot`. */
uint32_t ring_slots(const struct ring *ring);
bool ring_read(const struct ring *ring, uint32_t index, uint8_t *slot);

/* Are its numbers used up, or not to be trusted? The next entry begins it
 * anew, and is the only one then. */
bool ring_is_over(const struct ring *ring);

/* Append an entry: `slot` has its body set, the rest is filled in here. Read
 * back; a slot that fails is skipped. OTA_ERR_IO: it could not be written, what
 * was newest is so still. */
int ring_append(struct ring *ring, uint8_t *slot);

/* How many entries have these first bytes of their body? */
uint32_t ring_count(const struct ring *ring, const void *body, uint32_t length);

/* Append it until there are two entries with the same first `length` bytes: a
 * power cut leaves one that reads right and does not last, but never two.
 * Writes nothing when there are. */
int ring_keep(struct ring *ring, uint8_t *slot, uint32_t length);

#endif
