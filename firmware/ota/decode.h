/* SPDX-License-Identifier: MIT */
/*
 * Between fetching and storing: what comes over the air becomes the bytes of the
 * image. A decoder takes input and gives output as far as either goes; it knows
 * neither the transport nor the flash. Its state can be dumped at any time, for
 * a download goes on after a reset.
 *
 *     server --blocks--> fetch --bytes--> decode --bytes--> store --> slot
 *                        fetched          dump              written
 *
 * A format is a constant; its state lies in the union, which has room for each
 * of them. Nothing is allocated.
 */
#ifndef OTALAB_OTA_DECODE_H
#define OTALAB_OTA_DECODE_H

#include <stdbool.h>
#include <stdint.h>

/* Bytes of a state that a progress record holds. */
#define DECODE_DUMP 4u

/* Of a decoder: what it needs to remember from one call to the next. */
struct decode_state {
    uint8_t bytes[16];
};

/* What step() may use up, and what it may fill; it moves all four. */
struct decode_io {
    const uint8_t *in;
    uint32_t in_left;
    uint8_t *out;
    uint32_t out_left;
};

struct decoder {
    void (*start)(struct decode_state *state);
    /* As far as input and output go. False: the input makes no sense. */
    bool (*step)(struct decode_state *state, struct decode_io *io);
    /* All input was given and all output taken: was that the whole of it? */
    bool (*finish)(const struct decode_state *state);
    void (*dump)(const struct decode_state *state, uint8_t dump[DECODE_DUMP]);
    /* The state in which `fetched` bytes had become `written` bytes. False: no
     * such state has that dump. */
    bool (*restore)(struct decode_state *state, uint32_t fetched,
                    uint32_t written, const uint8_t dump[DECODE_DUMP]);
    /* Only `written` bytes of the output are left: from where in the input it
     * can go on. False: it has to begin anew. May be NULL: never. */
    bool (*go_back)(uint32_t written, uint32_t *fetched);
};

/* The bytes as they are. */
extern const struct decoder decode_identity;

#endif
