/* SPDX-License-Identifier: MIT */
/* Reading: nothing in the file is trusted before it has been checked. */
#include "record/changes.h"

#include <inttypes.h>
#include <string.h>

#include "image/bytes.h"
#include "record/changes_parts.h"

#include <mbedtls/sha256.h>

#define NAME "changes.bin"

/* ---- the frame ------------------------------------------------------------- */

static int bad(struct diag *diag, const char *what)
{
    return diag_fail(diag, OTALAB_ERR_USAGE, NAME ": %s", what);
}

static bool name_fits(const uint8_t *name)
{
    size_t length = strnlen((const char *)name, BOARD_PART_NAME);

    for (size_t i = 0; i < length; i++) {
        if (name[i] <= ' ' || name[i] > '~') {
            return false;
        }
    }
    return length > 0 && length < BOARD_PART_NAME &&
           all_bytes(name + length, BOARD_PART_NAME - length, 0);
}

static int read_part(const uint8_t *at, const struct changes_shape *shape,
                     struct board_part *part, struct diag *diag)
{
    part->start = get_le32(at + PART_AT_START);
    part->length = get_le32(at + PART_AT_LENGTH);
    if (!name_fits(at)) {
        return bad(diag, "a partition has an invalid name");
    }
    memcpy(part->name, at, BOARD_PART_NAME);
    if (part->start % shape->sector != 0 || part->length % shape->sector != 0 ||
        part->length == 0 || part->start > shape->size ||
        part->length > shape->size - part->start) {
        return bad(diag, "a partition lies outside the flash");
    }
    return 0;
}

static int read_shape(const uint8_t *at, size_t size,
                      struct changes_shape *shape, struct diag *diag)
{
    uint32_t parts = get_le32(at + HEADER_AT_PARTS);
    int err = 0;

    *shape = (struct changes_shape){
        .devices = get_le32(at + HEADER_AT_DEVICES),
        .size = get_le32(at + HEADER_AT_FLASH),
        .sector = get_le32(at + HEADER_AT_SECTOR),
        .page = get_le32(at + HEADER_AT_PAGE),
    };
    if (shape->devices == 0 || shape->devices > CHANGES_DEVICES) {
        return bad(diag, "the number of devices is not supported");
    }
    if (shape->sector < FLASH_BLOCK || shape->sector > FLASH_SECTOR_MAX ||
        (shape->sector & (shape->sector - 1u)) != 0 || shape->page == 0 ||
        shape->page > FLASH_PAGE || shape->size == 0 ||
        shape->size > FLASH_MAX_SIZE || shape->size % shape->sector != 0 ||
        get_le32(at + HEADER_AT_FUSE_WORDS) != CHANGES_FUSE_WORDS) {
        return bad(diag, "sizes of flash or fuses are not supported");
    }
    if (parts > BOARD_PARTS ||
        get_le32(at + HEADER_AT_SIZE) != HEADER_SIZE + PART_SIZE * parts ||
        size < HEADER_SIZE + PART_SIZE * parts) {
        return bad(diag, "the header's length is wrong");
    }
    shape->map.count = parts;
    for (uint32_t i = 0; i < parts && err == 0; i++) {
        err = read_part(at + HEADER_SIZE + PART_SIZE * i, shape,
                        &shape->map.part[i], diag);
    }
    return err;
}

/* A truncated file also has a wrong checksum; the truncation is reported
 * first. */
static int check_frame(const uint8_t *bytes, size_t size, struct diag *diag)
{
    uint8_t sum[CHANGES_DIGEST];

    if (size < HEADER_SIZE + END_SIZE) {
        return bad(diag, "too short");
    }
    if (memcmp(bytes, CHANGES_MAGIC, CHANGES_MAGIC_SIZE) != 0) {
        return bad(diag, "not a file of changes");
    }
    if (get_le32(bytes + HEADER_AT_VERSION) != CHANGES_VERSION) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         NAME ": version %" PRIu32 ", this tool reads %u",
                         get_le32(bytes + HEADER_AT_VERSION), CHANGES_VERSION);
    }
    if (memcmp(bytes + size - END_SIZE, CHANGES_END_MAGIC,
               CHANGES_MAGIC_SIZE) != 0) {
        return bad(diag, "truncated: its end is missing");
    }
    mbedtls_sha256(bytes, size - CHANGES_DIGEST, sum, 0);
    return memcmp(sum, bytes + size - CHANGES_DIGEST, sizeof sum) == 0
               ? 0
               : bad(diag, "damaged: its checksum is wrong");
}

int changes_open(struct changes_reader *reader, const void *bytes, size_t size,
                 struct diag *diag)
{
    const uint8_t *at = bytes;

    memset(reader, 0, sizeof *reader);
    int err = check_frame(at, size, diag);

    err = err ? err : read_shape(at, size - END_SIZE, &reader->shape, diag);
    if (err) {
        return err;
    }
    reader->bytes = at;
    reader->first = HEADER_SIZE + PART_SIZE * reader->shape.map.count;
    reader->at = reader->first;
    reader->end = size - END_SIZE;
    reader->count = get_le64(at + reader->end + END_AT_COUNT);
    memcpy(reader->recording, at + reader->end + END_AT_RECORDING,
           sizeof reader->recording);
    return 0;
}

/* ---- a change --------------------------------------------------------------- */

static int bad_change(struct diag *diag, const struct changes_reader *reader,
                      const char *what)
{
    return diag_fail(diag, OTALAB_ERR_USAGE,
                     NAME ": change %" PRIu64 ", at byte %zu: %s",
                     reader->seen + 1, reader->at, what);
}

/* Whether [address, +length) lies in one block of the flash. */
static bool in_block(const struct changes_shape *shape, uint32_t address,
                     uint32_t length)
{
    return address < shape->size && length > 0 && length <= FLASH_BLOCK &&
           address % FLASH_BLOCK + length <= FLASH_BLOCK;
}

static bool whole_block(const struct changes_shape *shape, uint32_t address)
{
    return address < shape->size && address % FLASH_BLOCK == 0;
}

/* The fields of the head that each kind uses; its payload follows. */
struct rule {
    bool range;  /* address and length: in a block */
    bool block;  /* address: of a block */
    bool caused; /* it has a cause */
    uint8_t value_max;
};

#define KINDS (CHANGE_PACKET + 1u)

static const struct rule rules[KINDS] = {
    [CHANGE_BYTES] = {.range = true, .caused = true},
    [CHANGE_FILL] = {.range = true, .caused = true, .value_max = 0xff},
    [CHANGE_COPY] = {.range = true,
                     .block = true,
                     .value_max = CHANGES_DEVICES},
    [CHANGE_TAINT] = {.range = true,
                      .caused = true,
                      .value_max = FLASH_TORN_ERASE},
    [CHANGE_WEAR] = {.block = true},
    [CHANGE_FUSES] = {.value_max = 1},
    [CHANGE_PACKET] = {.value_max = CHANGES_PACKET_BITS},
};

static const char *check_head(const struct changes_reader *reader,
                              const struct change *change)
{
    const struct changes_shape *shape = &reader->shape;

    if (change->kind >= KINDS || change->kind == 0) {
        return "there is no such kind";
    }
    const struct rule *rule = &rules[change->kind];
    bool world = change->kind == CHANGE_OFFER;

    if (change->device > shape->devices || (change->device == 0) != world) {
        return "there is no such device";
    }
    if (change->cause > (rule->caused ? CHANGE_BY_DAMAGE : CHANGE_BY_START) ||
        change->value > rule->value_max) {
        return "cause or value is invalid";
    }
    if (change->event < reader->event || change->time_ns < reader->time_ns) {
        return "it goes back in time";
    }
    if ((rule->range && !in_block(shape, change->address, change->length)) ||
        (rule->block && !whole_block(shape, change->address)) ||
        (!rule->range && !rule->block && change->address != 0)) {
        return "its range is not within a block";
    }
    return NULL;
}

/* Number of bytes after the head, or SIZE_MAX if the length is impossible. */
static size_t payload_size(const struct changes_shape *shape,
                           const struct change *change)
{
    uint32_t length = change->length;

    switch (change->kind) {
    case CHANGE_BYTES:
        return length;
    case CHANGE_COPY:
        return length == FLASH_BLOCK ? SOURCE_SIZE : SIZE_MAX;
    case CHANGE_LOCKS:
        return length == LOCKS_SIZE(shape) ? length : SIZE_MAX;
    case CHANGE_FUSES:
        return length == FUSES_SIZE ? length : SIZE_MAX;
    case CHANGE_STATE:
        return length == STATE_SIZE ? length : SIZE_MAX;
    case CHANGE_LINK:
        return length == LINK_SIZE ? length : SIZE_MAX;
    case CHANGE_OFFER:
        return length <= CHANGES_DESCRIPTOR ? length : SIZE_MAX;
    case CHANGE_PACKET:
        return length <= CHANGES_PACKET ? length : SIZE_MAX;
    default:
        return 0;
    }
}

static void get_state(const uint8_t *at, struct changes_state *state)
{
    uint32_t *const numbers[] = {&state->millivolts, &state->left_mj,
                                 &state->drained_mj, &state->capacity_mj,
                                 &state->cpu,        &state->radio,
                                 &state->registered};

    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        *numbers[i] = get_le32(at + 4 * i);
    }
}

static void get_link(const uint8_t *at, struct changes_link *way)
{
    uint64_t *const wide[] = {&way->rate, &way->latency, &way->jitter};
    uint32_t *const numbers[] = {&way->loss,      &way->burst_begin,
                                 &way->burst_end, &way->burst_loss,
                                 &way->duplicate, &way->mtu};

    for (size_t i = 0; i < sizeof wide / sizeof wide[0]; i++) {
        *wide[i] = get_le64(at + 8 * i);
    }
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        *numbers[i] = get_le32(at + 8 * 3 + 4 * i);
    }
}

/* NULL, or what is wrong with the change. */
static const char *read_payload(const struct changes_shape *shape,
                                const uint8_t *at, struct change *change)
{
    switch (change->kind) {
    case CHANGE_COPY:
        change->from.device = change->value;
        change->from.address = get_le32(at);
        change->value = 0;
        return change->event == 0 && change->from.device > 0 &&
                       change->from.device <= shape->devices &&
                       whole_block(shape, change->from.address)
                   ? NULL
                   : "there is no such block to copy";
    case CHANGE_TAINT:
        return change->address % 4 == 0 && change->length % 4 == 0
                   ? NULL
                   : "it does not consist of whole words";
    case CHANGE_WEAR:
        change->erases = change->length;
        return NULL;
    case CHANGE_FUSES:
        change->fuses.words = at;
        change->fuses.locked = change->value != 0;
        change->value = 0;
        return NULL;
    case CHANGE_STATE:
        get_state(at, &change->state);
        return change->state.cpu <= CHANGES_CPU_DEAD &&
                       change->state.radio <= RADIO_TAIL &&
                       change->state.registered <= 1
                   ? NULL
                   : "a state is invalid";
    case CHANGE_LINK:
        get_link(at, &change->link[0]);
        get_link(at + LINK_WAY_SIZE, &change->link[1]);
        return NULL;
    default:
        change->bytes = at;
        return NULL;
    }
}

static void read_head(const uint8_t *at, struct change *change)
{
    *change = (struct change){
        .kind = (enum change_kind)at[HEAD_AT_KIND],
        .device = at[HEAD_AT_DEVICE],
        .cause = (enum change_cause)at[HEAD_AT_CAUSE],
        .value = at[HEAD_AT_VALUE],
        .address = get_le32(at + HEAD_AT_ADDRESS),
        .length = get_le32(at + HEAD_AT_LENGTH),
        .event = get_le32(at + HEAD_AT_EVENT),
        .time_ns = get_le64(at + HEAD_AT_TIME),
    };
}

int changes_next(struct changes_reader *reader, struct change *change,
                 struct diag *diag)
{
    const uint8_t *at = reader->bytes + reader->at;
    size_t left = reader->end - reader->at;

    if (left == 0) {
        return reader->seen == reader->count
                   ? 0
                   : bad(diag, "it does not have as many changes as it says");
    }
    if (left < HEAD_SIZE) {
        return bad_change(diag, reader, "truncated");
    }
    read_head(at, change);
    const char *wrong = check_head(reader, change);
    size_t payload = wrong == NULL ? payload_size(&reader->shape, change) : 0;

    if (wrong == NULL && payload > left - HEAD_SIZE) {
        wrong = "its length is wrong";
    }
    if (wrong == NULL) {
        wrong = read_payload(&reader->shape, at + HEAD_SIZE, change);
    }
    if (wrong != NULL) {
        return bad_change(diag, reader, wrong);
    }
    reader->event = change->event;
    reader->time_ns = change->time_ns;
    reader->at += HEAD_SIZE + payload;
    reader->seen++;
    return 1;
}
