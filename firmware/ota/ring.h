/* SPDX-License-Identifier: MIT */
/*
 * A log of equal slots in its own partition, which fills all sectors in turn
 * and then starts over. It holds what the update agent must remember:
 * progress.h, failed.h and offers.h define a slot's body; this file knows where
 * the next one goes. An entry is written once; a torn one leaves the entries
 * before it unchanged. The oldest sector is erased when the log reaches it, the
 * one with the newest entry never: with n slots per sector, m entries cost m /
 * n erases, spread evenly over all sectors. A log whose sequences are used up
 * starts over with the next entry and forgets the older ones. Layout and rules
 * in ring.c and docs/flash-layout.md.
 */
#ifndef OTALAB_OTA_RING_H
#define OTALAB_OTA_RING_H

#include <stdbool.h>
#include <stdint.h>

#include "ota/flash.h"

#define RING_BODY 8u /* where the body starts */
#define RING_TAIL 8u /* bytes after it */
#define RING_SLOT_MAX 512u

struct ring_form {
    uint32_t magic;
    uint32_t slot; /* bytes, divides every sector; at most RING_SLOT_MAX */
    /* Is the body valid? NULL: any is. */
    bool (*in_range)(const uint8_t *slot);
};

struct ring {
    const struct ring_form *form;
    const struct ota_flash *flash;
    struct ota_area area;
    uint32_t at;       /* index of the newest entry's slot */
    uint32_t next;     /* index of the next entry's slot */
    uint32_t sequence; /* of the newest; 0: there is none */
    bool low;          /* it has some of the lowest sequences; of the highest */
    bool high;
};

/* Scan; writes nothing. OTA_ERR_RANGE if the area has fewer than two sectors or
 * slots do not fit them, OTA_ERR_IO if it cannot be read. */
int ring_open(struct ring *ring, const struct ring_form *form,
              const struct ota_flash *flash, struct ota_area area);

/* How many slots there are, and whether one of them holds a valid entry, which
 * is copied to `slot`. */
uint32_t ring_slots(const struct ring *ring);
bool ring_read(const struct ring *ring, uint32_t index, uint8_t *slot);

/* Are its sequences used up, or not credible? Then the next entry starts the
 * log over, and is the only one left. */
bool ring_is_over(const struct ring *ring);

/* Append an entry: `slot` has its body set, the rest is filled in here. Read
 * back; a slot that fails is skipped. OTA_ERR_IO: it could not be written, and
 * the newest entry remains the newest. */
int ring_append(struct ring *ring, uint8_t *slot);

/* How many entries have a body that starts with these bytes? */
uint32_t ring_count(const struct ring *ring, const void *body, uint32_t length);

/* Append it until there are two entries with the same first `length` bytes: a
 * power cut may leave one that reads right but does not last, never two. Writes
 * nothing if there are two already. */
int ring_keep(struct ring *ring, uint8_t *slot, uint32_t length);

#endif
