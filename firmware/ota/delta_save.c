/* SPDX-License-Identifier: MIT */
/*
 * A saved state:
 *
 *     0 "OTS1"   4 crc32 of the patch's header, which says whose state it is
 *     8 taken  12 written  16 base_at
 *    20 copy_left  24 fresh_left  28 same_left  32 changed_left  36 number
 *    40 shift  41 state
 *    42 heatshrink: state  43 current byte  44 bit  45 count  46 index
 *    47 head of the window  48 zeros
 *    52 the window, 128 bytes   180 crc32 of all before
 *
 * heatshrink's input buffer is empty between two calls, because the decoder
 * gives it one byte when it cannot proceed without it.
 */
#include "ota/delta_parts.h"

#include <stddef.h>
#include <string.h>

#include "ota/bytes.h"
#include "ota/crc32.h"

#define MAGIC 0x3153544Fu /* "OTS1" */
#define SEAL_AT 4u
#define WORDS_AT 8u
#define SHIFT_AT 40u
#define STATE_AT 41u
#define SHRINK_AT 42u
#define ZERO_AT 48u
#define WINDOW_AT 52u
/* Before the window: */
#define INPUT HEATSHRINK_STATIC_INPUT_BUFFER_SIZE
#define CRC_AT (WINDOW_AT + DELTA_WINDOW)

_Static_assert(CRC_AT + 4u == DELTA_SAVED, "layout");
_Static_assert(DELTA_WINDOW <= 256u, "one byte holds the window's head");

/* States of heatshrink's decoder (heatshrink_decoder.c, enum HSD_state). With a
 * window of at most 8 bits, two of them do not occur. */
enum shrink_state {
    SHRINK_TAG = 0,
    SHRINK_LITERAL = 1,
    SHRINK_INDEX = 3,
    SHRINK_COUNT = 5,
    SHRINK_COPY = 6
};

/* Members of four bytes, from WORDS_AT on. */
static const uint8_t words[] = {
    offsetof(struct delta, taken),        offsetof(struct delta, written),
    offsetof(struct delta, base_at),      offsetof(struct delta, copy_left),
    offsetof(struct delta, fresh_left),   offsetof(struct delta, same_left),
    offsetof(struct delta, changed_left), offsetof(struct delta, number),
};

_Static_assert(WORDS_AT + 4u * sizeof(words) == SHIFT_AT, "layout");
_Static_assert(offsetof(struct delta, number) <= UINT8_MAX, "offsets");

static void put_shrink(uint8_t *at, const heatshrink_decoder *shrink)
{
    at[0] = shrink->state;
    at[1] = shrink->current_byte;
    at[2] = shrink->bit_index;
    at[3] = (uint8_t)shrink->output_count;
    at[4] = (uint8_t)shrink->output_index;
    at[5] = (uint8_t)(shrink->head_index % DELTA_WINDOW);
}

void delta_save(const struct delta *delta, uint8_t saved[DELTA_SAVED])
{
    memset(saved, 0, DELTA_SAVED);
    bytes_put32(saved, MAGIC);
    bytes_put32(saved + SEAL_AT, ota_crc32(delta->header, DELTA_HEADER));
    for (unsigned i = 0; i < sizeof(words); i++) {
        uint32_t word;
        memcpy(&word, (const uint8_t *)delta + words[i], sizeof(word));
        bytes_put32(saved + WORDS_AT + 4u * i, word);
    }
    saved[SHIFT_AT] = delta->shift;
    saved[STATE_AT] = delta->state;
    put_shrink(saved + SHRINK_AT, &delta->shrink);
    memcpy(saved + WINDOW_AT, delta->shrink.buffers + INPUT, DELTA_WINDOW);
    bytes_put32(saved + CRC_AT, ota_crc32(saved, CRC_AT));
}

/* ---- loading -------------------------------------------------------------- */

static void get_all(struct delta *delta, const uint8_t saved[DELTA_SAVED])
{
    const uint8_t *shrink = saved + SHRINK_AT;

    for (unsigned i = 0; i < sizeof(words); i++) {
        uint32_t word = bytes_get32(saved + WORDS_AT + 4u * i);
        memcpy((uint8_t *)delta + words[i], &word, sizeof(word));
    }
    delta->shift = saved[SHIFT_AT];
    delta->state = saved[STATE_AT];
    delta->shrink.state = shrink[0];
    delta->shrink.current_byte = shrink[1];
    delta->shrink.bit_index = shrink[2];
    delta->shrink.output_count = shrink[3];
    delta->shrink.output_index = shrink[4];
    delta->shrink.head_index = shrink[5];
    memcpy(delta->shrink.buffers + INPUT, saved + WINDOW_AT, DELTA_WINDOW);
}

/* Fields that each state may have nonzero. */
enum field { COPY = 1, FRESH = 2, SAME = 4, CHANGED = 8, NUMBER = 16 };

static const uint8_t may_have[DELTA_STATES] = {
    [DELTA_IN_LENGTH] = NUMBER,
    [DELTA_IN_MOVE] = COPY | NUMBER,
    [DELTA_IN_FRESH_COUNT] = COPY | NUMBER,
    [DELTA_IN_RUN] = COPY | FRESH | NUMBER,
    [DELTA_IN_CHANGED_COUNT] = COPY | FRESH | SAME | NUMBER,
    [DELTA_IN_SAME] = COPY | FRESH | SAME | CHANGED,
    [DELTA_IN_CHANGED] = COPY | FRESH | CHANGED,
    [DELTA_IN_FRESH] = FRESH,
};
/* And those that it must have. */
static const uint8_t must_have[DELTA_STATES] = {
    [DELTA_IN_RUN] = COPY,         [DELTA_IN_CHANGED_COUNT] = COPY,
    [DELTA_IN_SAME] = COPY | SAME, [DELTA_IN_CHANGED] = COPY | CHANGED,
    [DELTA_IN_FRESH] = FRESH,
};

static uint8_t fields(const struct delta *delta)
{
    return (uint8_t)((delta->copy_left != 0 ? COPY : 0) |
                     (delta->fresh_left != 0 ? FRESH : 0) |
                     (delta->same_left != 0 ? SAME : 0) |
                     (delta->changed_left != 0 ? CHANGED : 0) |
                     (delta->number != 0 || delta->shift != 0 ? NUMBER : 0));
}

static bool fields_fit(const struct delta *delta)
{
    uint8_t has = fields(delta);

    return delta->state < DELTA_STATES &&
           (has & ~(unsigned)may_have[delta->state]) == 0 &&
           (has & must_have[delta->state]) == must_have[delta->state];
}

/* Between the patch's ends and the image's, and all of them there. */
static bool place_fits(const struct delta *delta)
{
    bool in_header = delta->state == DELTA_IN_HEADER;
    bool at_end = delta->state == DELTA_IN_END;

    return delta->taken <= delta->patch_size &&
           in_header == (delta->taken < DELTA_HEADER) &&
           delta->written <= delta->target_size &&
           at_end == (delta->written == delta->target_size) &&
           !(in_header && (delta->written != 0 || delta->base_at != 0));
}

static bool sums_fit(const struct delta *delta)
{
    uint32_t room = delta->target_size - delta->written;
    uint32_t copy = delta->copy_left;

    return delta->base_at <= delta->base_size && copy <= room &&
           delta->fresh_left <= room - copy && delta->same_left <= copy &&
           delta->changed_left <= copy - delta->same_left &&
           (delta->state == DELTA_IN_MOVE ||
            copy <= delta->base_size - delta->base_at);
}

static bool number_fits(const struct delta *delta)
{
    return delta->shift % 7u == 0 && delta->shift <= DELTA_NUMBER_SHIFT &&
           delta->number >> delta->shift == 0;
}

static bool shrink_fits(const struct delta *delta)
{
    const heatshrink_decoder *shrink = &delta->shrink;
    bool copies = shrink->state == SHRINK_COPY;
    uint32_t bit = shrink->bit_index;

    return (shrink->state == SHRINK_TAG || shrink->state == SHRINK_LITERAL ||
            shrink->state == SHRINK_INDEX || shrink->state == SHRINK_COUNT ||
            copies) &&
           (bit & (bit - 1u)) == 0 && shrink->head_index < DELTA_WINDOW &&
           shrink->output_count <= 1u << HEATSHRINK_STATIC_LOOKAHEAD_BITS &&
           shrink->output_index <= DELTA_WINDOW &&
           !(copies &&
             (shrink->output_count == 0 || shrink->output_index == 0));
}

static bool is_whole(const uint8_t saved[DELTA_SAVED])
{
    return bytes_get32(saved) == MAGIC &&
           bytes_get32(saved + CRC_AT) == ota_crc32(saved, CRC_AT) &&
           bytes_are(saved + ZERO_AT, WINDOW_AT - ZERO_AT, 0);
}

enum delta_why delta_load(struct delta *delta, const struct delta_job *job,
                          const uint8_t saved[DELTA_SAVED])
{
    enum delta_why why = delta_start(delta, job);

    if (why != DELTA_NONE || !is_whole(saved)) {
        return why != DELTA_NONE ? why : DELTA_BAD_STATE;
    }
    if (bytes_get32(saved + SEAL_AT) !=
        ota_crc32(delta->header, DELTA_HEADER)) {
        return DELTA_OTHER_STATE;
    }
    get_all(delta, saved);
    return fields_fit(delta) && place_fits(delta) && sums_fit(delta) &&
                   number_fits(delta) && shrink_fits(delta)
               ? DELTA_NONE
               : DELTA_BAD_STATE;
}
