/* SPDX-License-Identifier: MIT */
/*
 * An entry of the ring (ring.h), 128 bytes:
 *
 *      8 state   9 result  10 why  11 slot  12 tries
 *     13 reported  14 excused  15 final  16 release  20 version  24 size
 *     28 written  32 not before  36 ETag's length, + 16 * starts
 *     37 ETag, zeros  45 sags
 *     46 failures  47 deltas failed, + 4 * szx, + 128 if the download is one
 *     48 digest of the image  80 digest of its bytes
 *    112 fetched  116 decoder's state
 */
#include "ota/progress.h"

#include "ota/agent_why.h"
#include "ota/bytes.h"

#include <stddef.h>
#include <string.h>

#define RECORD_MAGIC 0x3150544Fu /* "OTP1" */
#define SLOT_SIZE PROGRESS_RECORD
#define BODY_AT RING_BODY
#define BODY_END (SLOT_SIZE - RING_TAIL)
#define ETAG_AT 36u
#define ETAG_LENGTH 15u /* of that byte .. */
#define STARTS_UNIT 16u /* .. and the rest */
#define SAGS_AT 45u
#define FAILURES_AT 46u
#define DELTAS_AT 47u
#define DELTAS 3u /* of that byte .. */
#define SZX_UNIT 4u
#define SZX 7u
#define UNUSED 96u
#define IS_DELTA 128u
#define IMAGE_DIGEST_AT 48u
#define FILE_DIGEST_AT 80u
#define FETCHED_AT 112u
#define DECODING_AT 116u

/* Members of one byte, from BODY_AT on, and the highest valid value. */
static const struct {
    uint8_t offset; /* in struct progress */
    uint8_t max;
} byte_fields[] = {
    {offsetof(struct progress, state), AGENT_STATE_UPDATING},
    {offsetof(struct progress, result), UINT8_MAX},
    {offsetof(struct progress, why), UINT8_MAX},
    {offsetof(struct progress, slot), OTA_SLOT_B},
    {offsetof(struct progress, tries), UINT8_MAX},
    {offsetof(struct progress, reported), 1},
    {offsetof(struct progress, excused), 1},
    {offsetof(struct progress, final), 1},
};
#define BYTE_FIELDS (sizeof(byte_fields) / sizeof(byte_fields[0]))

/* Members of four bytes, after those. */
static const uint8_t word_fields[] = {offsetof(struct progress, release),
                                      offsetof(struct progress, version),
                                      offsetof(struct progress, size),
                                      offsetof(struct progress, written),
                                      offsetof(struct progress, not_before_s)};
#define WORD_FIELDS (sizeof(word_fields) / sizeof(word_fields[0]))
#define WORDS_AT (BODY_AT + BYTE_FIELDS)
_Static_assert(WORDS_AT + 4 * WORD_FIELDS == ETAG_AT, "record layout");
_Static_assert(ETAG_AT + 1 + COAP_ETAG <= SAGS_AT, "record layout");
_Static_assert(FILE_DIGEST_AT + OTA_DIGEST_SIZE <= FETCHED_AT, "record layout");
_Static_assert(DECODING_AT + 4 <= BODY_END, "record layout");
_Static_assert(SLOT_SIZE <= RING_SLOT_MAX, "record layout");

static void encode(const struct progress *from, uint8_t slot[SLOT_SIZE])
{
    const uint8_t *bytes = (const uint8_t *)from;
    uint32_t value;

    memset(slot, 0, SLOT_SIZE);
    for (unsigned i = 0; i < BYTE_FIELDS; i++) {
        slot[BODY_AT + i] = bytes[byte_fields[i].offset];
    }
    for (unsigned i = 0; i < WORD_FIELDS; i++) {
        memcpy(&value, bytes + word_fields[i], sizeof(value));
        bytes_put32(slot + WORDS_AT + 4 * i, value);
    }
    slot[ETAG_AT] = (uint8_t)(from->etag.length | from->starts * STARTS_UNIT);
    for (unsigned i = 0; i < from->etag.length && i < COAP_ETAG; i++) {
        slot[ETAG_AT + 1 + i] = from->etag.bytes[i];
    }
    slot[SAGS_AT] = from->sags;
    slot[FAILURES_AT] = from->failures;
    slot[DELTAS_AT] = (uint8_t)(from->deltas | from->szx * SZX_UNIT |
                                (from->delta ? IS_DELTA : 0));
    memcpy(slot + IMAGE_DIGEST_AT, from->image_digest, OTA_DIGEST_SIZE);
    memcpy(slot + FILE_DIGEST_AT, from->file_digest, OTA_DIGEST_SIZE);
    bytes_put32(slot + FETCHED_AT, from->fetched);
    bytes_put32(slot + DECODING_AT, from->decoding);
}

static void decode(const uint8_t slot[SLOT_SIZE], struct progress *to)
{
    uint8_t *bytes = (uint8_t *)to;
    uint32_t value;

    memset(to, 0, sizeof(*to));
    to->sequence = bytes_get32(slot + 4);
    for (unsigned i = 0; i < BYTE_FIELDS; i++) {
        bytes[byte_fields[i].offset] = slot[BODY_AT + i];
    }
    for (unsigned i = 0; i < WORD_FIELDS; i++) {
        value = bytes_get32(slot + WORDS_AT + 4 * i);
        memcpy(bytes + word_fields[i], &value, sizeof(value));
    }
    to->etag.length = slot[ETAG_AT] & ETAG_LENGTH;
    to->starts = slot[ETAG_AT] / STARTS_UNIT;
    memcpy(to->etag.bytes, slot + ETAG_AT + 1, COAP_ETAG);
    to->sags = slot[SAGS_AT];
    to->failures = slot[FAILURES_AT];
    to->delta = (slot[DELTAS_AT] & IS_DELTA) != 0;
    to->deltas = slot[DELTAS_AT] & DELTAS;
    to->szx = slot[DELTAS_AT] / SZX_UNIT & SZX;
    memcpy(to->image_digest, slot + IMAGE_DIGEST_AT, OTA_DIGEST_SIZE);
    memcpy(to->file_digest, slot + FILE_DIGEST_AT, OTA_DIGEST_SIZE);
    to->fetched = bytes_get32(slot + FETCHED_AT);
    to->decoding = bytes_get32(slot + DECODING_AT);
}

static bool in_range(const uint8_t *slot)
{
    for (unsigned i = 0; i < BYTE_FIELDS; i++) {
        if (slot[BODY_AT + i] > byte_fields[i].max) {
            return false;
        }
    }
    return (slot[ETAG_AT] & ETAG_LENGTH) <= COAP_ETAG &&
           (slot[DELTAS_AT] & DELTAS) <= PROGRESS_DELTAS &&
           (slot[DELTAS_AT] & UNUSED) == 0;
}

void progress_restart(struct progress *record)
{
    record->written = 0;
    record->fetched = 0;
    record->decoding = 0;
}

static const struct ring_form form = {.magic = RECORD_MAGIC,
                                      .slot = SLOT_SIZE,
                                      .in_range = in_range};

int progress_open(struct progress_log *log, const struct ota_flash *flash,
                  struct ota_area area)
{
    uint8_t slot[SLOT_SIZE];

    memset(&log->now, 0, sizeof(log->now));
    int err = ring_open(&log->ring, &form, flash, area);
    if (log->ring.sequence && ring_read(&log->ring, log->ring.at, slot)) {
        decode(slot, &log->now);
    }
    return err;
}

static bool equals_now(const struct progress_log *log,
                       const uint8_t slot[SLOT_SIZE])
{
    uint8_t now[SLOT_SIZE];

    encode(&log->now, now);
    return log->now.sequence &&
           memcmp(now + BODY_AT, slot + BODY_AT, BODY_END - BODY_AT) == 0;
}

int progress_append(struct progress_log *log, const struct progress *next)
{
    uint8_t slot[SLOT_SIZE];

    encode(next, slot);
    if (next->starts > PROGRESS_STARTS || next->szx > SZX ||
        next->etag.length > COAP_ETAG || !in_range(slot)) {
        return OTA_ERR_RANGE;
    }
    if (equals_now(log, slot)) {
        return OTA_OK;
    }
    int err = ring_append(&log->ring, slot);
    if (!err) {
        decode(slot, &log->now);
    }
    return err;
}
