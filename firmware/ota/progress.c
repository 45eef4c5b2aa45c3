/* SPDX-License-Identifier: MIT */
/*
 * The progress log in flash: slots of 128 bytes, no header, written round and
 * round through all sectors of the partition.
 *
 *     | sector 0: slot 0 .. 31 | sector 1: slot 32 .. 63 | ...
 *
 *      0 magic   4 sequence   8 state   9 result  10 why  11 slot  12 tries
 *     13 reported  14 noted  15 final  16 release  20 version  24 size
 *     28 written  32 not before  36 ETag's length  37 ETag, zeros  45 sags
 *     46 failures  47 zero
 *     48 digest of the image  80 digest of its bytes  112 zeros
 *    120 crc32 of 0..119   124 end mark, 0
 *
 * - A slot that is not wholly 0xFF is never programmed.
 * - A sector is erased when the log comes to its first slot, in the session
 *   that writes there, whatever it reads like: 0xFF alone does not mean that
 *   an erase was complete. So the blank slots behind the record in force are
 *   good, for that sector was erased before the record was written.
 * - The sector that holds the record in force is never erased.
 * - Sequences count slots, not records: what was torn or skipped uses up its
 *   number, so that a torn record that reads valid later has a number of its
 *   own, below the newest.
 *
 * Numbers that are used up (somebody wrote them on purpose: the flash wears
 * out sooner) start again at 1, with every sector erased, the one in force
 * last. A cut in there may lose the state: that costs a download.
 */
#include "ota/progress.h"

#include "ota/agent_why.h"
#include "ota/bytes.h"
#include "ota/crc32.h"

#include <stddef.h>
#include <string.h>

#define RECORD_MAGIC 0x3150544Fu /* "OTP1" */
#define SLOT_SIZE PROGRESS_RECORD
#define BODY_AT 8u
#define ETAG_AT 36u
#define SAGS_AT 45u
#define FAILURES_AT 46u
#define IMAGE_DIGEST_AT 48u
#define FILE_DIGEST_AT 80u
#define CRC_AT 120u
#define END_AT 124u
#define WRITE_TRIES 4u
#define SEQUENCE_MAX 0xFFFF0000u

/* ---- bytes -------------------------------------------------------------- */

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
    {offsetof(struct progress, noted), 1},
    {offsetof(struct progress, final), 1},
};
#define BYTE_FIELDS (sizeof(byte_fields) / sizeof(byte_fields[0]))

/* Members of four bytes, behind those. */
static const uint8_t word_fields[] = {offsetof(struct progress, release),
                                      offsetof(struct progress, version),
                                      offsetof(struct progress, size),
                                      offsetof(struct progress, written),
                                      offsetof(struct progress, not_before_s)};
#define WORD_FIELDS (sizeof(word_fields) / sizeof(word_fields[0]))
#define WORDS_AT (BODY_AT + BYTE_FIELDS)
_Static_assert(WORDS_AT + 4 * WORD_FIELDS == ETAG_AT, "record layout");
_Static_assert(ETAG_AT + 1 + COAP_ETAG <= SAGS_AT, "record layout");
_Static_assert(FILE_DIGEST_AT + OTA_DIGEST_SIZE <= CRC_AT, "record layout");

static void encode(const struct progress *from, uint8_t slot[SLOT_SIZE])
{
    const uint8_t *bytes = (const uint8_t *)from;
    uint32_t value;

    memset(slot, 0, SLOT_SIZE);
    bytes_put32(slot, RECORD_MAGIC);
    bytes_put32(slot + 4, from->sequence);
    for (unsigned i = 0; i < BYTE_FIELDS; i++) {
        slot[BODY_AT + i] = bytes[byte_fields[i].offset];
    }
    for (unsigned i = 0; i < WORD_FIELDS; i++) {
        memcpy(&value, bytes + word_fields[i], sizeof(value));
        bytes_put32(slot + WORDS_AT + 4 * i, value);
    }
    slot[ETAG_AT] = from->etag.length;
    for (unsigned i = 0; i < from->etag.length && i < COAP_ETAG; i++) {
        slot[ETAG_AT + 1 + i] = from->etag.bytes[i];
    }
    slot[SAGS_AT] = from->sags;
    slot[FAILURES_AT] = from->failures;
    memcpy(slot + IMAGE_DIGEST_AT, from->image_digest, OTA_DIGEST_SIZE);
    memcpy(slot + FILE_DIGEST_AT, from->file_digest, OTA_DIGEST_SIZE);
    bytes_put32(slot + CRC_AT, ota_crc32(slot, CRC_AT));
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
    to->etag.length = slot[ETAG_AT];
    memcpy(to->etag.bytes, slot + ETAG_AT + 1, COAP_ETAG);
    to->sags = slot[SAGS_AT];
    to->failures = slot[FAILURES_AT];
    memcpy(to->image_digest, slot + IMAGE_DIGEST_AT, OTA_DIGEST_SIZE);
    memcpy(to->file_digest, slot + FILE_DIGEST_AT, OTA_DIGEST_SIZE);
}

static bool in_range(const uint8_t slot[SLOT_SIZE])
{
    for (unsigned i = 0; i < BYTE_FIELDS; i++) {
        if (slot[BODY_AT + i] > byte_fields[i].max) {
            return false;
        }
    }
    return slot[ETAG_AT] <= COAP_ETAG;
}

/* The sequence of a valid record, else 0. */
static uint32_t record_sequence(const uint8_t slot[SLOT_SIZE])
{
    uint32_t sequence = bytes_get32(slot + 4);

    if (bytes_get32(slot) != RECORD_MAGIC || bytes_get32(slot + END_AT) != 0 ||
        bytes_get32(slot + CRC_AT) != ota_crc32(slot, CRC_AT) ||
        sequence > SEQUENCE_MAX || !in_range(slot)) {
        return 0;
    }
    return sequence;
}

/* ---- slots in flash ----------------------------------------------------- */

static uint32_t slots_a_sector(const struct progress_log *log)
{
    return log->flash->sector_size / SLOT_SIZE;
}

static uint32_t slots_in_all(const struct progress_log *log)
{
    return log->area.length / log->flash->sector_size * slots_a_sector(log);
}

static uint32_t sector_of(const struct progress_log *log, uint32_t index)
{
    return index / slots_a_sector(log);
}

static uint32_t address_of(const struct progress_log *log, uint32_t index)
{
    return log->area.start + index * SLOT_SIZE;
}

/* A slot that cannot be read counts as used and not valid: all zero. */
static bool read_slot(const struct progress_log *log, uint32_t index,
                      uint8_t data[SLOT_SIZE])
{
    const struct ota_flash *flash = log->flash;

    if (flash->read(flash->context, address_of(log, index), data, SLOT_SIZE)) {
        memset(data, 0, SLOT_SIZE);
        return false;
    }
    return true;
}

static bool is_blank(const struct progress_log *log, uint32_t index)
{
    uint8_t data[SLOT_SIZE];

    return read_slot(log, index, data) && bytes_are(data, SLOT_SIZE, 0xFF);
}

/* Program a blank slot and read it back. */
static bool write_slot(const struct progress_log *log, uint32_t index,
                       const uint8_t data[SLOT_SIZE])
{
    const struct ota_flash *flash = log->flash;
    uint8_t back[SLOT_SIZE];

    if (!is_blank(log, index) ||
        flash->program(flash->context, address_of(log, index), data,
                       SLOT_SIZE) ||
        !read_slot(log, index, back)) {
        return false;
    }
    return memcmp(data, back, SLOT_SIZE) == 0;
}

static bool erase_sector(const struct progress_log *log, uint32_t sector)
{
    const struct ota_flash *flash = log->flash;

    return flash->erase(flash->context,
                        log->area.start + sector * flash->sector_size) == 0;
}

/* ---- opening ------------------------------------------------------------ */

static uint32_t following(const struct progress_log *log, uint32_t index)
{
    return (index + 1) % slots_in_all(log);
}

static uint32_t next_sector(const struct progress_log *log, uint32_t index)
{
    uint32_t slots = slots_a_sector(log);

    return (index / slots + 1) * slots % slots_in_all(log);
}

static bool begins_sector(const struct progress_log *log, uint32_t index)
{
    return index % slots_a_sector(log) == 0;
}

/* The blank slot behind the last one used in the sector of the record in
 * force, or the start of the next sector. */
static uint32_t place_behind(const struct progress_log *log)
{
    uint32_t end = next_sector(log, log->at);
    uint32_t place = end;

    for (uint32_t i = sector_of(log, log->at) * slots_a_sector(log) +
                      slots_a_sector(log) - 1;
         i > log->at && is_blank(log, i); i--) {
        place = i;
    }
    return place;
}

int progress_open(struct progress_log *log, const struct ota_flash *flash,
                  struct ota_area area)
{
    uint8_t data[SLOT_SIZE];
    uint32_t readable = 0;

    memset(log, 0, sizeof(*log));
    if (flash->sector_size < SLOT_SIZE || flash->sector_size % SLOT_SIZE ||
        area.length / flash->sector_size < 2) {
        return OTA_ERR_RANGE;
    }
    log->flash = flash;
    log->area = area;
    for (uint32_t i = 0; i < slots_in_all(log); i++) {
        readable += read_slot(log, i, data);
        if (bytes_get32(data) == RECORD_MAGIC &&
            record_sequence(data) > log->now.sequence) {
            decode(data, &log->now);
            log->at = i;
        }
    }
    if (log->now.sequence) {
        log->next = place_behind(log);
    }
    return readable ? OTA_OK : OTA_ERR_IO;
}

/* ---- appending ---------------------------------------------------------- */

static bool in_force(const struct progress_log *log, uint32_t index)
{
    return log->now.sequence &&
           sector_of(log, index) == sector_of(log, log->at);
}

/* May the slot at log->next be written? Erases its sector when the log comes
 * to it; an erase may do nothing and not say so. */
static bool prepare(const struct progress_log *log)
{
    uint32_t slots = slots_a_sector(log);

    if (!begins_sector(log, log->next)) {
        return true;
    }
    if (!erase_sector(log, sector_of(log, log->next))) {
        return false;
    }
    for (uint32_t i = 0; i < slots; i++) {
        if (!is_blank(log, log->next + i)) {
            return false;
        }
    }
    return true;
}

static uint32_t sequence_there(const struct progress_log *log)
{
    uint32_t all = slots_in_all(log);
    uint32_t ahead = (log->next + all - log->at) % all;

    return log->now.sequence ? log->now.sequence + ahead : log->next + 1;
}

/* All numbers are used up: forget everything, the state in force last. */
static int start_anew(struct progress_log *log)
{
    uint32_t sectors = slots_in_all(log) / slots_a_sector(log);
    uint32_t last = sector_of(log, log->at);

    for (uint32_t i = 1; i <= sectors; i++) {
        if (!erase_sector(log, (last + i) % sectors)) {
            return OTA_ERR_IO;
        }
    }
    memset(&log->now, 0, sizeof(log->now));
    log->at = 0;
    log->next = 0;
    return OTA_OK;
}

/* One attempt at log->next, which moves on whatever comes of it: to the next
 * slot, or, when the sector is not good for it, to the next sector. */
static bool try_next(struct progress_log *log, struct progress *state,
                     bool leave)
{
    uint32_t index = log->next;
    uint8_t data[SLOT_SIZE];

    state->sequence = sequence_there(log);
    encode(state, data);
    bool prepared = prepare(log);
    bool written = prepared && write_slot(log, index, data);

    log->next = written || (prepared && !leave) ? following(log, index)
                                                : next_sector(log, index);
    if (written) {
        decode(data, &log->now);
        log->at = index;
    }
    return written;
}

static bool equals_now(const struct progress_log *log,
                       const uint8_t slot[SLOT_SIZE])
{
    uint8_t now[SLOT_SIZE];

    encode(&log->now, now);
    return log->now.sequence &&
           memcmp(now + BODY_AT, slot + BODY_AT, CRC_AT - BODY_AT) == 0;
}

int progress_append(struct progress_log *log, const struct progress *next)
{
    struct progress state = *next;
    uint8_t data[SLOT_SIZE];

    encode(&state, data);
    if (!in_range(data)) {
        return OTA_ERR_RANGE;
    }
    if (equals_now(log, data)) {
        return OTA_OK;
    }
    if (sequence_there(log) > SEQUENCE_MAX - slots_in_all(log)) {
        int err = start_anew(log);
        if (err) {
            return err;
        }
    }
    for (unsigned i = 0; i < WRITE_TRIES; i++) {
        if (begins_sector(log, log->next) && in_force(log, log->next)) {
            break; /* all others have failed */
        }
        if (try_next(log, &state, i > 0)) {
            return OTA_OK;
        }
    }
    if (begins_sector(log, log->next) && in_force(log, log->next)) {
        log->next = place_behind(log);
    }
    return OTA_ERR_IO;
}
