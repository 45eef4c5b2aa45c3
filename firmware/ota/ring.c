/* SPDX-License-Identifier: MIT */
/*
 *     | sector 0: slot 0 .. n-1 | sector 1: slot n .. 2n-1 | ...
 *
 *     a slot: 0 magic   4 sequence   8 body
 *             size-8 crc32 of all before it   size-4 end mark, 0
 *
 * - A slot that is not all 0xFF is never programmed.
 * - A sector is erased when the log reaches its first slot, whatever it reads
 *   as, and written without a reset in between: 0xFF alone does not mean that
 *   an erase was complete. So the blank slots after the newest entry are good,
 *   because that sector was erased before the entry was written.
 * - The sector that holds the newest entry is never erased.
 * - Sequences count slots, not entries: a torn or skipped slot uses up its
 *   number. So a torn entry that reads valid later has a number of its own,
 *   below the newest.
 *
 * Numbers run out only if someone forges them, because the flash wears out
 * sooner. Then they start again below LOW_END: all sectors except the newest
 * entry's are erased, the next entry is written to an erased one, and the old
 * sector is erased last. High numbers do not count beside low ones: whatever a
 * power cut leaves of the old sector, the new entry is the newest. If both are
 * found, or soon would be, the log starts over with the next entry.
 */
#include "ota/ring.h"

#include <string.h>

#include "ota/bytes.h"
#include "ota/crc32.h"

#define WRITE_TRIES 4u
#define COPIES 2u
#define SEQUENCE_MAX 0xFFFF0000u
#define LOW_END 0x00100000u   /* far more than there are slots */
#define HIGH_FROM 0xFFE00000u /* so is what is above */
#define PIECE 64u

/* ---- one slot ----------------------------------------------------------- */

static uint32_t crc_at(const struct ring *ring)
{
    return ring->form->slot - RING_TAIL;
}

static uint32_t end_at(const struct ring *ring)
{
    return ring->form->slot - 4u;
}

/* The sequence of a valid entry, otherwise 0. */
static uint32_t entry_sequence(const struct ring *ring, const uint8_t *slot)
{
    uint32_t sequence = bytes_get32(slot + 4);

    if (bytes_get32(slot) != ring->form->magic ||
        bytes_get32(slot + end_at(ring)) != 0 || sequence > SEQUENCE_MAX ||
        bytes_get32(slot + crc_at(ring)) != ota_crc32(slot, crc_at(ring)) ||
        (ring->form->in_range && !ring->form->in_range(slot))) {
        return 0;
    }
    return sequence;
}

static void seal(const struct ring *ring, uint32_t sequence, uint8_t *slot)
{
    bytes_put32(slot, ring->form->magic);
    bytes_put32(slot + 4, sequence);
    bytes_put32(slot + crc_at(ring), ota_crc32(slot, crc_at(ring)));
    bytes_put32(slot + end_at(ring), 0);
}

/* ---- slots in flash ----------------------------------------------------- */

static uint32_t slots_a_sector(const struct ring *ring)
{
    return ring->flash->sector_size / ring->form->slot;
}

static uint32_t sectors(const struct ring *ring)
{
    return ring->area.length / ring->flash->sector_size;
}

uint32_t ring_slots(const struct ring *ring)
{
    return sectors(ring) * slots_a_sector(ring);
}

static uint32_t sector_of(const struct ring *ring, uint32_t index)
{
    return index / slots_a_sector(ring);
}

static uint32_t address_of(const struct ring *ring, uint32_t index)
{
    return ring->area.start + index * ring->form->slot;
}

/* A slot that cannot be read counts as used but not valid: all zero. */
static bool read_slot(const struct ring *ring, uint32_t index, uint8_t *slot)
{
    const struct ota_flash *flash = ring->flash;

    if (flash->read(flash->context, address_of(ring, index), slot,
                    ring->form->slot)) {
        memset(slot, 0, ring->form->slot);
        return false;
    }
    return true;
}

bool ring_read(const struct ring *ring, uint32_t index, uint8_t *slot)
{
    return read_slot(ring, index, slot) && entry_sequence(ring, slot) != 0;
}

/* Do the slot's bytes read as `want`, or as blank if that is NULL? */
static bool reads_like(const struct ring *ring, uint32_t index,
                       const uint8_t *want)
{
    const struct ota_flash *flash = ring->flash;
    uint32_t size = ring->form->slot;
    uint8_t piece[PIECE];

    for (uint32_t at = 0; at < size; at += PIECE) {
        uint32_t part = size - at < PIECE ? size - at : PIECE;
        if (flash->read(flash->context, address_of(ring, index) + at, piece,
                        part) ||
            !(want ? memcmp(piece, want + at, part) == 0
                   : bytes_are(piece, part, 0xFF))) {
            return false;
        }
    }
    return true;
}

static bool is_blank(const struct ring *ring, uint32_t index)
{
    return reads_like(ring, index, NULL);
}

/* Program a blank slot and read it back. */
static bool write_slot(const struct ring *ring, uint32_t index,
                       const uint8_t *slot)
{
    const struct ota_flash *flash = ring->flash;

    return is_blank(ring, index) &&
           flash->program(flash->context, address_of(ring, index), slot,
                          ring->form->slot) == OTA_OK &&
           reads_like(ring, index, slot);
}

static bool erase_sector(const struct ring *ring, uint32_t sector)
{
    const struct ota_flash *flash = ring->flash;

    return flash->erase(flash->context,
                        ring->area.start + sector * flash->sector_size) ==
           OTA_OK;
}

/* ---- opening ------------------------------------------------------------ */

static uint32_t following(const struct ring *ring, uint32_t index)
{
    return (index + 1) % ring_slots(ring);
}

static uint32_t next_sector(const struct ring *ring, uint32_t index)
{
    uint32_t slots = slots_a_sector(ring);

    return (index / slots + 1) * slots % ring_slots(ring);
}

static bool begins_sector(const struct ring *ring, uint32_t index)
{
    return index % slots_a_sector(ring) == 0;
}

/* The blank slot after the last one used in the sector of the newest entry,
 * or the start of the next sector. */
static uint32_t place_behind(const struct ring *ring)
{
    uint32_t slots = slots_a_sector(ring);
    uint32_t place = next_sector(ring, ring->at);

    for (uint32_t i = (ring->at / slots + 1) * slots - 1;
         i > ring->at && is_blank(ring, i); i--) {
        place = i;
    }
    return place;
}

struct newest {
    uint32_t sequence; /* 0: none */
    uint32_t at;
};

struct scan {
    struct newest high; /* from HIGH_FROM on */
    struct newest rest;
    bool low; /* there are some below LOW_END */
};

static void see(struct scan *scan, uint32_t sequence, uint32_t index)
{
    struct newest *newest = sequence >= HIGH_FROM ? &scan->high : &scan->rest;

    scan->low |= sequence != 0 && sequence < LOW_END;
    if (sequence > newest->sequence) {
        *newest = (struct newest){sequence, index};
    }
}

static bool fits(const struct ring *ring)
{
    uint32_t sector = ring->flash->sector_size;
    uint32_t slot = ring->form->slot;

    return sector >= slot && sector % slot == 0 &&
           ring->area.length / sector >= 2 && ring_slots(ring) < LOW_END / 2u;
}

int ring_open(struct ring *ring, const struct ring_form *form,
              const struct ota_flash *flash, struct ota_area area)
{
    uint8_t slot[RING_SLOT_MAX];
    struct scan scan = {.low = false};
    uint32_t readable = 0;

    *ring = (struct ring){.form = form, .flash = flash, .area = area};
    if (!fits(ring)) {
        ring->flash = NULL;
        return OTA_ERR_RANGE;
    }
    for (uint32_t i = 0; i < ring_slots(ring); i++) {
        readable += read_slot(ring, i, slot);
        if (bytes_get32(slot) == form->magic) { /* a checksum takes long */
            see(&scan, entry_sequence(ring, slot), i);
        }
    }
    ring->high = scan.high.sequence != 0;
    ring->low = scan.low;
    bool high = ring->high && !ring->low;
    ring->sequence = high ? scan.high.sequence : scan.rest.sequence;
    ring->at = high ? scan.high.at : scan.rest.at;
    ring->next = ring->sequence ? place_behind(ring) : 0;
    return readable ? OTA_OK : OTA_ERR_IO;
}

/* ---- appending ---------------------------------------------------------- */

static bool holds_newest(const struct ring *ring, uint32_t sector)
{
    return ring->sequence && sector == sector_of(ring, ring->at);
}

/* Has every other slot failed? */
static bool come_round(const struct ring *ring)
{
    return begins_sector(ring, ring->next) &&
           holds_newest(ring, sector_of(ring, ring->next));
}

/* May the slot at ring->next be written? Erases its sector when the log reaches
 * it; an erase may silently do nothing. */
static bool prepare(const struct ring *ring)
{
    if (!begins_sector(ring, ring->next)) {
        return true;
    }
    if (!erase_sector(ring, sector_of(ring, ring->next))) {
        return false;
    }
    for (uint32_t i = 0; i < slots_a_sector(ring); i++) {
        if (!is_blank(ring, ring->next + i)) {
            return false;
        }
    }
    return true;
}

/* How many slots ring->next is ahead of the newest entry. */
static uint32_t ahead(const struct ring *ring)
{
    uint32_t all = ring_slots(ring);

    return ring->sequence ? (ring->next + all - ring->at) % all
                          : ring->next + 1;
}

bool ring_is_over(const struct ring *ring)
{
    bool soon_high = ring->sequence >= HIGH_FROM - ring_slots(ring);

    return ring->sequence > SEQUENCE_MAX - ring_slots(ring) ||
           (ring->low && (ring->high || soon_high));
}

/* One attempt at ring->next, which then advances in any case: to the next slot
 * or, if the sector is not usable, to the next sector. */
static bool try_next(struct ring *ring, uint32_t after, uint8_t *slot,
                     bool leave)
{
    uint32_t index = ring->next;
    uint32_t sequence = after + ahead(ring);
    bool prepared = prepare(ring);

    seal(ring, sequence, slot);
    bool written = prepared && write_slot(ring, index, slot);
    ring->next = written || (prepared && !leave) ? following(ring, index)
                                                 : next_sector(ring, index);
    if (written) {
        ring->sequence = sequence;
        ring->at = index;
    }
    return written;
}

/* Append with a sequence above `after`. */
static int append_after(struct ring *ring, uint32_t after, uint8_t *slot)
{
    for (unsigned i = 0; i < WRITE_TRIES && !come_round(ring); i++) {
        if (try_next(ring, after, slot, i > 0)) {
            return OTA_OK;
        }
    }
    if (come_round(ring)) {
        ring->next = place_behind(ring);
    }
    return OTA_ERR_IO;
}

/* A sector that cannot be erased does no harm: its high numbers do not count
 * beside the new one, which is above the low ones. */
static int begin_anew(struct ring *ring, uint8_t *slot)
{
    uint32_t old = sector_of(ring, ring->at);
    uint32_t all = sectors(ring);
    bool low = ring->sequence < LOW_END - ring_slots(ring);

    for (uint32_t i = 1; i < all; i++) {
        (void)erase_sector(ring, (old + i) % all);
    }
    ring->next = next_sector(ring, ring->at);
    int err = append_after(ring, low ? ring->sequence : 0, slot);
    if (!err) {
        (void)erase_sector(ring, old);
        ring->high = false;
        ring->low = true;
    }
    return err;
}

int ring_append(struct ring *ring, uint8_t *slot)
{
    if (ring->flash == NULL) {
        return OTA_ERR_IO; /* it could not be opened */
    }
    return ring_is_over(ring) ? begin_anew(ring, slot)
                              : append_after(ring, ring->sequence, slot);
}

/* ---- what is there ------------------------------------------------------ */

uint32_t ring_count(const struct ring *ring, const void *body, uint32_t length)
{
    uint8_t slot[RING_SLOT_MAX];
    uint32_t count = 0;

    for (uint32_t i = 0; ring->flash != NULL && i < ring_slots(ring); i++) {
        count += read_slot(ring, i, slot) &&
                 memcmp(slot + RING_BODY, body, length) == 0 &&
                 entry_sequence(ring, slot) != 0;
    }
    return count;
}

int ring_keep(struct ring *ring, uint8_t *slot, uint32_t length)
{
    int err = OTA_OK;

    /* A log that starts over loses the first of them. */
    for (unsigned i = 0; i <= COPIES && !err; i++) {
        if (ring_count(ring, slot + RING_BODY, length) >= COPIES) {
            break;
        }
        err = ring_append(ring, slot);
    }
    return err;
}
