/* SPDX-License-Identifier: MIT */
/*
 * Between fetching and storing: a decoder turns what comes over the air into
 * the bytes of the image. It takes input and gives output as far as both allow,
 * and knows neither the transport nor the flash. Its state can be dumped at any
 * time, because a download resumes after a reset.
 *
 *     server --blocks--> fetch --bytes--> decode --bytes--> store --> slot
 *                        fetched          dump              written
 *
 * A format is a constant; its state is in the union, which has room for the
 * state of any format. Nothing is allocated.
 */
#ifndef OTALAB_OTA_DECODE_H
#define OTALAB_OTA_DECODE_H

#include <stdbool.h>
#include <stdint.h>

/* Bytes of a decoder's state that fit in a progress record. */
#define DECODE_DUMP 4u

/* What a decoder needs to remember from one call to the next. */
struct decode_state {
    uint8_t bytes[16];
};

/* What step() may consume, and what it may fill; it advances all four. */
struct decode_io {
    const uint8_t *in;
    uint32_t in_left;
    uint8_t *out;
    uint32_t out_left;
};

struct decoder {
    void (*start)(struct decode_state *state);
    /* Proceed as far as input and output allow. False: the input is invalid. */
    bool (*step)(struct decode_state *state, struct decode_io *io);
    /* All input was given and all output taken: is the result complete? */
    bool (*finish)(const struct decode_state *state);
    void (*dump)(const struct decode_state *state, uint8_t dump[DECODE_DUMP]);
    /* Restore the state in which `fetched` bytes had become `written` bytes.
     * False: no such state has that dump. */
    bool (*restore)(struct decode_state *state, uint32_t fetched,
                    uint32_t written, const uint8_t dump[DECODE_DUMP]);
    /* Only `written` bytes of the output are left: from which input byte can it
     * resume? False: it must start over. May be NULL: never. */
    bool (*go_back)(uint32_t written, uint32_t *fetched);
};

/* The bytes unchanged. */
extern const struct decoder decode_identity;

#endif
