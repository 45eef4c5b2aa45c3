/* SPDX-License-Identifier: MIT */
/* Writing; names. */
#include "record/changes.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "image/bytes.h"
#include "record/changes_parts.h"

#include <mbedtls/sha256.h>

/* Make room for `size` more bytes; NULL if there is none. */
static uint8_t *grow(struct changes *changes, size_t size)
{
    size_t wanted = changes->length + size;

    if (size > CHANGES_MAX - changes->length) {
        return NULL;
    }
    if (wanted > changes->capacity) {
        uint8_t *bytes = realloc(changes->bytes, wanted * 2u);

        if (bytes == NULL) {
            return NULL;
        }
        changes->bytes = bytes;
        changes->capacity = wanted * 2u;
    }
    uint8_t *at = changes->bytes + changes->length;

    changes->length = wanted;
    return at;
}

static void put_header(uint8_t *at, const struct changes_shape *shape)
{
    memcpy(at, CHANGES_MAGIC, CHANGES_MAGIC_SIZE);
    put_le32(at + HEADER_AT_VERSION, CHANGES_VERSION);
    put_le32(at + HEADER_AT_SIZE, HEADER_SIZE + PART_SIZE * shape->map.count);
    put_le32(at + HEADER_AT_DEVICES, shape->devices);
    put_le32(at + HEADER_AT_FLASH, shape->size);
    put_le32(at + HEADER_AT_SECTOR, shape->sector);
    put_le32(at + HEADER_AT_PAGE, shape->page);
    put_le32(at + HEADER_AT_FUSE_WORDS, CHANGES_FUSE_WORDS);
    put_le32(at + HEADER_AT_PARTS, shape->map.count);
    for (uint32_t i = 0; i < shape->map.count; i++) {
        const struct board_part *part = &shape->map.part[i];
        uint8_t *to = at + HEADER_SIZE + PART_SIZE * i;

        memset(to, 0, BOARD_PART_NAME);
        memcpy(to, part->name, strnlen(part->name, BOARD_PART_NAME - 1));
        put_le32(to + PART_AT_START, part->start);
        put_le32(to + PART_AT_LENGTH, part->length);
    }
}

int changes_begin(struct changes *changes, const struct changes_shape *shape)
{
    changes->length = 0;
    changes->count = 0;
    uint8_t *at = grow(changes, HEADER_SIZE + PART_SIZE * shape->map.count);

    if (at == NULL) {
        return OTALAB_ERR_SIMULATOR;
    }
    put_header(at, shape);
    return 0;
}

static void put_state(uint8_t *at, const struct changes_state *state)
{
    const uint32_t numbers[] = {state->millivolts, state->left_mj,
                                state->drained_mj, state->capacity_mj,
                                state->cpu,        state->radio,
                                state->registered};

    _Static_assert(sizeof numbers == STATE_SIZE, "as docs/recording.md says");
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        put_le32(at + 4 * i, numbers[i]);
    }
}

static void put_link(uint8_t *at, const struct changes_link *way)
{
    const uint64_t wide[] = {way->rate, way->latency, way->jitter};
    const uint32_t numbers[] = {way->loss,      way->burst_begin,
                                way->burst_end, way->burst_loss,
                                way->duplicate, way->mtu};

    _Static_assert(sizeof wide + sizeof numbers == LINK_WAY_SIZE,
                   "as docs/recording.md says");
    for (size_t i = 0; i < sizeof wide / sizeof wide[0]; i++) {
        put_le64(at + 8 * i, wide[i]);
    }
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        put_le32(at + sizeof wide + 4 * i, numbers[i]);
    }
}

/* What follows the head, and the value of its length field. */
static void sizes_of(const struct change *change, uint32_t *payload,
                     uint32_t *length)
{
    static const uint32_t fixed[] = {
        [CHANGE_FUSES] = FUSES_SIZE,
        [CHANGE_STATE] = STATE_SIZE,
        [CHANGE_LINK] = LINK_SIZE,
    };

    *length = change->length;
    *payload = change->length;
    switch (change->kind) {
    case CHANGE_FILL:
    case CHANGE_TAINT:
        *payload = 0;
        break;
    case CHANGE_COPY:
        *payload = SOURCE_SIZE;
        break;
    case CHANGE_WEAR:
        *length = change->erases;
        *payload = 0;
        break;
    case CHANGE_FUSES:
    case CHANGE_STATE:
    case CHANGE_LINK:
        *payload = fixed[change->kind];
        *length = *payload;
        break;
    default:
        break;
    }
}

static void put_payload(uint8_t *at, const struct change *change, uint32_t size)
{
    switch (change->kind) {
    case CHANGE_COPY:
        put_le32(at, change->from.address);
        break;
    case CHANGE_FUSES:
        memcpy(at, change->fuses.words, size);
        break;
    case CHANGE_STATE:
        put_state(at, &change->state);
        break;
    case CHANGE_LINK:
        put_link(at, &change->link[0]);
        put_link(at + LINK_WAY_SIZE, &change->link[1]);
        break;
    default:
        if (size > 0) {
            memcpy(at, change->bytes, size);
        }
        break;
    }
}

int changes_add(struct changes *changes, const struct change *change)
{
    uint32_t payload;
    uint32_t length;

    sizes_of(change, &payload, &length);
    uint8_t *at = grow(changes, HEAD_SIZE + payload);

    if (at == NULL) {
        return OTALAB_ERR_SIMULATOR;
    }
    at[HEAD_AT_KIND] = (uint8_t)change->kind;
    at[HEAD_AT_DEVICE] = (uint8_t)change->device;
    at[HEAD_AT_CAUSE] = (uint8_t)change->cause;
    at[HEAD_AT_VALUE] = change->kind == CHANGE_COPY
                            ? (uint8_t)change->from.device
                        : change->kind == CHANGE_FUSES ? change->fuses.locked
                                                       : change->value;
    put_le32(at + HEAD_AT_ADDRESS, change->address);
    put_le32(at + HEAD_AT_LENGTH, length);
    put_le32(at + HEAD_AT_EVENT, change->event);
    put_le64(at + HEAD_AT_TIME, change->time_ns);
    put_payload(at + HEAD_SIZE, change, payload);
    changes->count++;
    return 0;
}

int changes_finish(const struct changes *changes, const uint8_t recording[32],
                   uint8_t **out, size_t *size)
{
    uint8_t *bytes = malloc(changes->length + END_SIZE);

    *out = bytes;
    if (bytes == NULL) {
        return OTALAB_ERR_SIMULATOR;
    }
    uint8_t *end = bytes + changes->length;

    memcpy(bytes, changes->bytes, changes->length);
    memcpy(end, CHANGES_END_MAGIC, CHANGES_MAGIC_SIZE);
    put_le64(end + END_AT_COUNT, changes->count);
    memcpy(end + END_AT_RECORDING, recording, CHANGES_DIGEST);
    mbedtls_sha256(bytes, changes->length + END_AT_SUM, end + END_AT_SUM, 0);
    *size = changes->length + END_SIZE;
    return 0;
}

int changes_copy(struct changes *to, const struct changes *from)
{
    to->length = 0;
    to->count = 0;
    if (from->length == 0) {
        return 0;
    }
    uint8_t *at = grow(to, from->length);

    if (at == NULL) {
        return OTALAB_ERR_SIMULATOR;
    }
    memcpy(at, from->bytes, from->length);
    to->count = from->count;
    return 0;
}

void changes_free(struct changes *changes)
{
    free(changes->bytes);
    *changes = (struct changes){.bytes = NULL};
}

const char *change_kind_name(enum change_kind kind)
{
    static const char *const names[] = {
#define KIND_NAME(code, number, name, text) [number] = (name),
        CHANGE_KINDS(KIND_NAME)
#undef KIND_NAME
    };
    size_t count = sizeof names / sizeof names[0];

    return (size_t)kind < count && names[kind] != NULL ? names[kind] : "?";
}

const char *change_cause_name(enum change_cause cause)
{
    static const char *const names[] = {
        [CHANGE_BY_START] = "start",   [CHANGE_BY_PROGRAM] = "program",
        [CHANGE_BY_ERASE] = "erase",   [CHANGE_BY_CUT] = "cut",
        [CHANGE_BY_DAMAGE] = "damage",
    };

    return (size_t)cause < sizeof names / sizeof names[0] ? names[cause] : "?";
}
