/* SPDX-License-Identifier: MIT */
#include "oracle/decode.h"

#include "base/diag.h"
#include "image/bytes.h"

#include <string.h>

/* ---- names -------------------------------------------------------------- */

static const struct {
    const char *name;
    const char *text;
} statuses[DECODE_STATUS_COUNT] = {
#define DECODE_ROW(code, name, text) [DECODE_##code] = {name, text},
    DECODE_STATUSES(DECODE_ROW)
#undef DECODE_ROW
};

static const char *const place_names[PLACE_COUNT] = {"boot-a", "boot-b",
                                                     "slot-a", "slot-b",
                                                     "recovery"};
static const char *const slot_names[] = {"slot-a", "slot-b", "recovery"};
static const char *const state_names[] = {NULL, "confirmed", "trial"};
static const char *const request_names[] = {NULL,     "trial",   "confirm",
                                            "commit", "abandon", "alive",
                                            "fetch"};

static const char *name_in(const char *const *names, size_t count,
                           uint32_t index)
{
    return index < count && names[index] != NULL ? names[index] : "?";
}

#define NAME_IN(names, index) \
    name_in(names, sizeof names / sizeof names[0], index)

const char *decode_status_name(enum decode_status status)
{
    return statuses[status].name;
}

const char *decode_status_text(enum decode_status status)
{
    return statuses[status].text;
}

const char *decode_slot_name(uint32_t slot)
{
    return NAME_IN(slot_names, slot);
}

const char *decode_state_name(uint32_t state)
{
    return NAME_IN(state_names, state);
}

const char *decode_request_name(uint32_t kind)
{
    return NAME_IN(request_names, kind);
}

const char *decode_place_name(enum decode_place place)
{
    return place_names[place];
}

/* ---- slots ---------------------------------------------------------------- */

/* What all kinds of slot have in common: blank, magic, checksum, end mark,
 * sequence. */
static enum decode_status slot_status(const uint8_t *slot, uint32_t size,
                                      uint32_t magic, uint32_t least,
                                      uint32_t most)
{
    uint32_t end = get_le32(slot + LAYOUT_END_AT(size));

    if (all_bytes(slot, size, 0xff)) {
        return DECODE_BLANK;
    }
    if (end == UINT32_MAX) {
        return DECODE_TORN;
    }
    if (get_le32(slot) != magic) {
        return DECODE_BAD_MAGIC;
    }
    if (end != LAYOUT_END_MARK) {
        return DECODE_BAD_END;
    }
    if (get_le32(slot + LAYOUT_CRC_AT(size)) !=
        layout_crc32(slot, LAYOUT_CRC_AT(size))) {
        return DECODE_BAD_CRC;
    }
    uint32_t sequence = get_le32(slot + LAYOUT_AT_SEQUENCE);

    return sequence >= least && sequence <= most ? DECODE_VALID
                                                 : DECODE_BAD_FIELD;
}

static enum decode_status header_status(const uint8_t *sector)
{
    return slot_status(sector, LAYOUT_RECORD_SIZE, LAYOUT_HEADER_MAGIC, 1,
                       LAYOUT_FIRST_MAX);
}

/* The sequence of a slot, given by its place in its sector. */
static enum decode_status record_status(const uint8_t *slot, uint32_t sequence)
{
    enum decode_status status =
        slot_status(slot, LAYOUT_RECORD_SIZE, LAYOUT_RECORD_MAGIC, sequence,
                    sequence);
    uint8_t place = slot[RECORD_AT_SLOT];
    uint8_t state = slot[RECORD_AT_STATE];
    bool known = place <= JOURNAL_SLOT_RECOVERY &&
                 (state == JOURNAL_CONFIRMED ||
                  (state == JOURNAL_TRIAL && place != JOURNAL_SLOT_RECOVERY));

    return status == DECODE_VALID && !known ? DECODE_BAD_FIELD : status;
}

/* The request's contents are not judged here: the bootloader refuses bad
 * ones. */
static enum decode_status request_status(const uint8_t *slot)
{
    return slot_status(slot, LAYOUT_REQUEST_SIZE, LAYOUT_REQUEST_MAGIC, 1,
                       LAYOUT_SEQUENCE_MAX);
}

/* Numbers wrap around: of two, the later one is ahead by less than half. */
static bool is_later(uint32_t a, uint32_t b)
{
    return a - b - 1 < INT32_MAX;
}

static void record_fields(const uint8_t *slot, struct journal_record *record)
{
    record->sequence = get_le32(slot + RECORD_AT_SEQUENCE);
    record->slot = slot[RECORD_AT_SLOT];
    record->state = slot[RECORD_AT_STATE];
    record->attempts = slot[RECORD_AT_ATTEMPTS];
    record->reason = slot[RECORD_AT_REASON];
    record->counter = get_le16(slot + RECORD_AT_COUNTER);
    record->rounds = slot[RECORD_AT_ROUNDS];
    record->losses = slot[RECORD_AT_LOSSES];
    record->flags = slot[RECORD_AT_FLAGS];
    record->release = get_le32(slot + RECORD_AT_RELEASE);
    memcpy(record->digest, slot + RECORD_AT_DIGEST, sizeof record->digest);
    memcpy(record->rejected, slot + RECORD_AT_REJECTED,
           sizeof record->rejected);
    record->rejected_reason = slot[RECORD_AT_REJECTED_REASON];
    record->request = get_le16(slot + RECORD_AT_REQUEST);
}

static void request_fields(const uint8_t *slot, struct request_record *request)
{
    request->sequence = get_le32(slot + REQUEST_AT_SEQUENCE);
    request->kind = slot[REQUEST_AT_KIND];
    request->slot = slot[REQUEST_AT_SLOT];
    request->number = get_le32(slot + REQUEST_AT_NUMBER);
    memcpy(request->digest, slot + REQUEST_AT_DIGEST, sizeof request->digest);
}

/* ---- journal --------------------------------------------------------------- */

/* Flash address of slot `index` of a journal sector. */
static uint32_t record_address(uint32_t sector, unsigned index)
{
    return sector + index * LAYOUT_RECORD_SIZE;
}

/* Slots of `size` bytes in a sector that are used. */
static unsigned slots_of(const struct board_map *map, uint32_t size)
{
    uint32_t slots = board_map_sector(map) / size;

    return slots < LAYOUT_SLOTS ? slots : LAYOUT_SLOTS;
}

static unsigned records_of(const struct board_map *map)
{
    return slots_of(map, LAYOUT_RECORD_SIZE) - 1u;
}

static void decode_sector(const uint8_t *flash, unsigned number,
                          uint32_t address, struct boot_view *view)
{
    struct journal_sector *sector = &view->sector[number];

    sector->address = address;
    sector->header = (uint8_t)header_status(flash + address);
    sector->first = get_le32(flash + address + HEADER_AT_FIRST);
    for (unsigned i = 1; i <= view->slots; i++) {
        struct journal_record *record = &view->record[view->records++];
        const uint8_t *slot = flash + record_address(address, i);

        record->address = record_address(address, i);
        record->sector = (uint8_t)number;
        record->index = (uint8_t)i;
        record->status = (uint8_t)record_status(slot, sector->first + i - 1);
        if (record->status == DECODE_BLANK) {
            continue;
        }
        sector->used++;
        record_fields(slot, record);
        if (sector->header != DECODE_VALID) {
            record->status = DECODE_NO_HEADER;
        }
    }
}

/* The valid record of the latest sequence, the first of equals. */
static int find_in_force(const struct boot_view *view)
{
    int best = -1;

    for (unsigned i = 0; i < view->records; i++) {
        const struct journal_record *record = &view->record[i];
        if (record->status == DECODE_VALID &&
            (best < 0 ||
             is_later(record->sequence, view->record[best].sequence))) {
            best = (int)i;
        }
    }
    return best;
}

static void mark_in_force(const uint8_t *flash, struct boot_view *view)
{
    view->in_force = find_in_force(view);
    if (view->in_force < 0) {
        return;
    }
    const struct journal_record *best = &view->record[view->in_force];
    for (unsigned i = 0; i < view->records; i++) {
        struct journal_record *record = &view->record[i];
        if (record->status != DECODE_VALID ||
            record->sequence != best->sequence) {
            continue;
        }
        bool same = memcmp(flash + record->address, flash + best->address,
                           LAYOUT_RECORD_SIZE) == 0;
        record->in_force = same;
        view->copies += same;
        view->disputed = view->disputed || !same;
    }
}

static void decode_journal(const uint8_t *flash, const struct board_map *map,
                           struct boot_view *view)
{
    const struct board_part *part = board_map_find(map, "journal");

    view->in_force = -1;
    if (part == NULL) {
        return;
    }
    uint32_t sector = board_map_sector(map);

    view->slots = records_of(map);
    view->sectors = part->length / sector;
    if (view->sectors > LAYOUT_JOURNAL_SECTORS) {
        view->sectors = LAYOUT_JOURNAL_SECTORS;
    }
    for (unsigned i = 0; i < view->sectors; i++) {
        decode_sector(flash, i, part->start + i * sector, view);
    }
    mark_in_force(flash, view);
}

/* ---- requests -------------------------------------------------------------- */

/* Where request `number` is, counted over both sectors. */
static uint32_t request_offset(const struct board_map *map, unsigned number)
{
    unsigned slots = slots_of(map, LAYOUT_REQUEST_SIZE);

    return number / slots * board_map_sector(map) +
           number % slots * LAYOUT_REQUEST_SIZE;
}

static void decode_request(const uint8_t *flash, uint32_t address,
                           unsigned number, struct boot_view *view)
{
    struct request_record *request = &view->request[view->requests];

    request->address = address;
    request->sector = (uint8_t)(number / view->request_slots);
    request->index = (uint8_t)(number % view->request_slots);
    request->status = (uint8_t)request_status(flash + address);
    if (request->status != DECODE_BLANK) {
        request_fields(flash + address, request);
    }
    if (request->status == DECODE_VALID &&
        (view->newest < 0 ||
         request->sequence > view->request[view->newest].sequence)) {
        view->newest = (int)view->requests;
    }
    view->requests++;
}

static void decode_requests(const uint8_t *flash, const struct board_map *map,
                            struct boot_view *view)
{
    const struct board_part *part = board_map_find(map, "requests");

    view->newest = -1;
    view->request_slots = slots_of(map, LAYOUT_REQUEST_SIZE);
    for (unsigned i = 0;
         part != NULL && i < LAYOUT_REQUEST_SECTORS * view->request_slots &&
         request_offset(map, i) + LAYOUT_REQUEST_SIZE <= part->length;
         i++) {
        decode_request(flash, part->start + request_offset(map, i), i, view);
    }
    if (view->newest < 0) {
        return;
    }
    struct request_record *newest = &view->request[view->newest];
    newest->newest = true;
    if (view->in_force >= 0) {
        uint16_t dealt = view->record[view->in_force].request;
        uint16_t ahead = (uint16_t)((uint16_t)newest->sequence - dealt);
        view->pending = ahead >= 1 && ahead <= INT16_MAX;
    } else {
        view->pending = true;
    }
}

/* ---- images ---------------------------------------------------------------- */

static void decode_places(const uint8_t *flash, const struct board_map *map,
                          struct boot_view *view)
{
    for (unsigned i = 0; i < PLACE_COUNT; i++) {
        const struct board_part *part = board_map_find(map, place_names[i]);
        struct place_view *place = &view->place[i];
        if (part == NULL) {
            continue;
        }
        place->present = true;
        place->start = part->start;
        place->length = part->length;
        place->blank = all_bytes(flash + part->start, part->length, 0xff);
        image_read(flash + part->start, part->length, &place->image);
    }
}

static bool map_fits(const struct board_map *map, size_t size)
{
    for (unsigned i = 0; i < map->count; i++) {
        if (map->part[i].start > size ||
            map->part[i].length > size - map->part[i].start) {
            return false;
        }
    }
    return true;
}

int decode_flash(const uint8_t *flash, size_t size, const struct board_map *map,
                 struct boot_view *view)
{
    memset(view, 0, sizeof *view);
    view->in_force = -1;
    view->newest = -1;
    if (!map_fits(map, size)) {
        return OTALAB_ERR_USAGE;
    }
    decode_journal(flash, map, view);
    decode_requests(flash, map, view);
    decode_places(flash, map, view);
    return 0;
}

/* ---- the record in force, and nothing else --------------------------------- */

static void better_of_sector(const uint8_t *flash, const struct board_map *map,
                             unsigned number, uint32_t sector,
                             const uint8_t **best, struct journal_record *now)
{
    uint32_t first = get_le32(flash + sector + HEADER_AT_FIRST);

    for (unsigned i = 1; i <= records_of(map); i++) {
        const uint8_t *slot = flash + record_address(sector, i);
        uint32_t sequence = first + i - 1;

        if ((*best == NULL || is_later(sequence, now->sequence)) &&
            record_status(slot, sequence) == DECODE_VALID) {
            *best = slot;
            record_fields(slot, now);
            now->address = record_address(sector, i);
            now->sector = (uint8_t)number;
            now->index = (uint8_t)i;
        }
    }
}

bool decode_in_force(const uint8_t *flash, size_t size,
                     const struct board_map *map, struct journal_record *now)
{
    const struct board_part *part = board_map_find(map, "journal");
    const uint8_t *best = NULL;

    memset(now, 0, sizeof *now);
    if (part == NULL || !map_fits(map, size)) {
        return false;
    }
    uint32_t length = board_map_sector(map);

    for (unsigned i = 0;
         i < LAYOUT_JOURNAL_SECTORS && (i + 1) * length <= part->length; i++) {
        uint32_t sector = part->start + i * length;
        if (header_status(flash + sector) == DECODE_VALID) {
            better_of_sector(flash, map, i, sector, &best, now);
        }
    }
    now->status = DECODE_VALID;
    now->in_force = true;
    return best != NULL;
}

/* ---- one request, and nothing else ------------------------------------------ */

bool decode_request_at(const uint8_t *flash, size_t size,
                       const struct board_map *map, uint32_t address,
                       struct request_record *request)
{
    const struct board_part *part = board_map_find(map, "requests");

    memset(request, 0, sizeof *request);
    if (part == NULL || !map_fits(map, size) || address < part->start ||
        address - part->start >= part->length) {
        return false;
    }
    uint32_t sector = (address - part->start) / board_map_sector(map);
    uint32_t index =
        (address - part->start) % board_map_sector(map) / LAYOUT_REQUEST_SIZE;

    if (sector >= LAYOUT_REQUEST_SECTORS ||
        index >= slots_of(map, LAYOUT_REQUEST_SIZE)) {
        return false;
    }
    request->address = part->start + sector * board_map_sector(map) +
                       index * LAYOUT_REQUEST_SIZE;
    request->sector = (uint8_t)sector;
    request->index = (uint8_t)index;
    request->status = (uint8_t)request_status(flash + request->address);
    request_fields(flash + request->address, request);
    return request->status == DECODE_VALID;
}

bool decode_request_newest(const uint8_t *flash, size_t size,
                           const struct board_map *map,
                           struct request_record *request)
{
    const struct board_part *part = board_map_find(map, "requests");
    struct request_record found;

    memset(request, 0, sizeof *request);
    unsigned slots =
        LAYOUT_REQUEST_SECTORS * slots_of(map, LAYOUT_REQUEST_SIZE);

    for (unsigned i = 0; part != NULL && i < slots; i++) {
        if (decode_request_at(flash, size, map,
                              part->start + request_offset(map, i), &found) &&
            found.sequence > request->sequence) {
            *request = found;
            request->newest = true;
        }
    }
    return request->newest;
}

/* ---- fuses ----------------------------------------------------------------- */

static bool fuse_bit(const uint32_t words[OTP_WORDS], uint32_t bit)
{
    return (words[bit / 32] >> bit % 32 & 1u) != 0;
}

static void fuse_bytes(const uint32_t words[OTP_WORDS], uint32_t first,
                       uint8_t *bytes, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        bytes[i] = (uint8_t)(words[(first + 8 * i) / 32] >> 8 * i % 32);
    }
}

static struct fuse_unary fuse_unary(const uint32_t words[OTP_WORDS],
                                    uint32_t first, uint32_t bits)
{
    struct fuse_unary field = {bits, false};

    while (field.value > 0 && !fuse_bit(words, first + field.value - 1)) {
        field.value--;
    }
    for (uint32_t i = 0; i < field.value; i++) {
        field.torn = field.torn || !fuse_bit(words, first + i);
    }
    return field;
}

void decode_fuses(const uint32_t words[OTP_WORDS], struct fuse_view *view)
{
    memset(view, 0, sizeof *view);
    for (uint32_t i = 0; i < OTP_ROOT_KEYS; i++) {
        fuse_bytes(words, OTP_ROOT_KEY_BIT(i), view->root[i], 32);
        view->root_set[i] = !all_bytes(view->root[i], 32, 0);
    }
    fuse_bytes(words, OTP_IDENTITY_BIT, view->identity, 16);
    view->epoch = fuse_unary(words, OTP_EPOCH_BIT, OTP_EPOCH_BITS);
    view->boot_counter =
        fuse_unary(words, OTP_BOOT_COUNTER_BIT, OTP_BOOT_COUNTER_BITS);
    view->recovery_counter =
        fuse_unary(words, OTP_RECOVERY_COUNTER_BIT, OTP_RECOVERY_COUNTER_BITS);
    view->lifecycle = fuse_unary(words, OTP_LIFECYCLE_BIT, OTP_LIFECYCLE_BITS);
    view->counter = fuse_unary(words, OTP_COUNTER_BIT, OTP_COUNTER_BITS);
}
