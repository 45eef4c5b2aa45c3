/* SPDX-License-Identifier: MIT */
#include "oracle/agent_logs.h"

#include <string.h>

#include "image/bytes.h"
#include "oracle/layout.h"

/* ---- slots ------------------------------------------------------------------ */

struct form {
    const char *partition;
    uint32_t magic;
    uint32_t size;
    /* A slot with valid ends. The newest comes last, except for failed images,
     * which come in the order of their places. */
    void (*take)(const uint8_t *slot, struct agent_logs *out);
    bool newest; /* only that one */
};

/* The sequence of a slot with valid ends, otherwise 0. */
static uint32_t sequence_of(const uint8_t *slot, const struct form *form)
{
    uint32_t sequence = get_le32(slot + LAYOUT_AT_SEQUENCE);

    if (get_le32(slot) != form->magic ||
        get_le32(slot + LAYOUT_END_AT(form->size)) != LAYOUT_END_MARK ||
        get_le32(slot + LAYOUT_CRC_AT(form->size)) !=
            layout_crc32(slot, LAYOUT_CRC_AT(form->size)) ||
        sequence > LAYOUT_SEQUENCE_MAX) {
        return 0;
    }
    return sequence;
}

/* High sequences do not count if there are low ones. */
static const uint8_t *find_newest(const uint8_t *from, uint32_t length,
                                  const struct form *form)
{
    const uint8_t *high = NULL;
    const uint8_t *rest = NULL;
    uint32_t most[2] = {0, 0};
    bool low = false;

    for (uint32_t at = 0; at + form->size <= length; at += form->size) {
        uint32_t sequence = sequence_of(from + at, form);
        bool is_high = sequence >= LAYOUT_LOG_HIGH;

        low = low || (sequence != 0 && sequence < LAYOUT_LOG_LOW);
        if (sequence > most[is_high]) {
            most[is_high] = sequence;
            *(is_high ? &high : &rest) = from + at;
        }
    }
    return high != NULL && !low ? high : rest;
}

static void read_log(const uint8_t *flash, size_t size,
                     const struct board_map *map, const struct form *form,
                     struct agent_logs *out)
{
    const struct board_part *part = board_map_find(map, form->partition);

    if (part == NULL || part->start > size ||
        part->length > size - part->start) {
        return;
    }
    const uint8_t *from = flash + part->start;
    const uint8_t *newest = find_newest(from, part->length, form);
    if (form->newest && newest != NULL) {
        form->take(newest, out);
    }
    for (uint32_t at = 0; !form->newest && at + form->size <= part->length;
         at += form->size) {
        if (sequence_of(from + at, form) != 0) {
            form->take(from + at, out);
        }
    }
}

/* ---- what is in them ---------------------------------------------------------- */

static void take_progress(const uint8_t *slot, struct agent_logs *out)
{
    struct agent_progress *progress = &out->progress;

    progress->sequence = get_le32(slot + LAYOUT_AT_SEQUENCE);
    progress->state = slot[PROGRESS_AT_STATE];
    progress->result = slot[PROGRESS_AT_RESULT];
    progress->why = slot[PROGRESS_AT_WHY];
    progress->slot = slot[PROGRESS_AT_SLOT];
    progress->tries = slot[PROGRESS_AT_TRIES];
    progress->reported = slot[PROGRESS_AT_REPORTED] != 0;
    progress->final = slot[PROGRESS_AT_FINAL] != 0;
    progress->failures = slot[PROGRESS_AT_FAILURES];
    progress->release = get_le32(slot + PROGRESS_AT_RELEASE);
    progress->size = get_le32(slot + PROGRESS_AT_SIZE);
    progress->written = get_le32(slot + PROGRESS_AT_WRITTEN);
    progress->not_before_s = get_le32(slot + PROGRESS_AT_NOT_BEFORE);
    memcpy(progress->digest, slot + PROGRESS_AT_DIGEST, 32);
}

static void take_offer(const uint8_t *slot, struct agent_logs *out)
{
    struct agent_offer *offer = &out->offer;

    offer->sequence = get_le32(slot + LAYOUT_AT_SEQUENCE);
    offer->release = get_le32(slot + OFFER_AT_RELEASE);
    offer->major = slot[OFFER_AT_VERSION];
    offer->minor = slot[OFFER_AT_VERSION + 1];
    offer->revision = get_le16(slot + OFFER_AT_VERSION + 2);
    offer->counter = get_le32(slot + OFFER_AT_COUNTER);
    memcpy(offer->digest, slot + OFFER_AT_DIGEST, 32);
}

/* An image has two entries. */
static void take_failed(const uint8_t *slot, struct agent_logs *out)
{
    for (unsigned i = 0; i < out->failed; i++) {
        if (memcmp(out->image[i].digest, slot + FAILED_AT_DIGEST, 32) == 0) {
            return;
        }
    }
    if (out->failed < AGENT_FAILED_MAX) {
        struct agent_failed *image = &out->image[out->failed++];

        memcpy(image->digest, slot + FAILED_AT_DIGEST, 32);
        image->reason = slot[FAILED_AT_REASON];
    }
}

void agent_logs_read(const uint8_t *flash, size_t size,
                     const struct board_map *map, struct agent_logs *out)
{
    static const struct form forms[] = {
        {"progress", LAYOUT_PROGRESS_MAGIC, 128, take_progress, true},
        {"offers", LAYOUT_OFFER_MAGIC, 256, take_offer, true},
        {"failed", LAYOUT_FAILED_MAGIC, 64, take_failed, false},
    };

    memset(out, 0, sizeof *out);
    for (unsigned i = 0; i < sizeof forms / sizeof *forms; i++) {
        read_log(flash, size, map, &forms[i], out);
    }
}
