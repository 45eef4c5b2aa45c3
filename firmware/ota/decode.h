/* SPDX-License-Identifier: MIT */
/*
 * Between fetching and storing: a decoder turns what comes over the air into
 * the bytes of the image. It takes input and gives output as far as both allow,
 * and knows neither the transport nor the slot. Its state can be dumped at any
 * time, because a download resumes after a reset.
 *
 *     server --blocks--> fetch --bytes--> decode --bytes--> store --> slot
 *                        fetched          dump              stored
 *
 * A format is a constant; its state is in the union, which has room for the
 * state of any format. Nothing is allocated.
 */
#ifndef OTALAB_OTA_DECODE_H
#define OTALAB_OTA_DECODE_H

#include <stdbool.h>
#include <stdint.h>

#include "ota/decode_io.h"
#include "ota/delta.h"

#define DECODE_DUMP (DELTA_HEADER + DELTA_SAVED) /* bytes; the longest */

/* What a decoder may know. Patches need it; it outlives the download. */
struct decode_context {
    struct delta_base base;          /* the image that runs .. */
    uint32_t base_room;              /* .. and the size of its slot */
    uint32_t most;                   /* bytes that a patch may have */
    uint32_t size;                   /* of the image to be made */
    uint8_t digest[OTA_DIGEST_SIZE]; /* of all its bytes */
};

/* What it needs to remember from one call to the next. */
struct decode_state {
    const struct decode_context *context;
    union {
        uint8_t bytes[16];
        struct {
            uint32_t gathered; /* bytes of the header */
            uint8_t header[DELTA_HEADER];
            struct delta delta; /* once the header is whole */
        } patch;
    } as;
};

struct decoder {
    const char *path; /* what it has the server asked for */
    uint32_t dump_size;
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
     * resume? False: it must start over. NULL: only from a dump, so there is
     * one at the start of each sector. */
    bool (*go_back)(uint32_t written, uint32_t *fetched);
    /* Bytes of all input, as far as the input has said so; 0: it has not.
     * NULL: as many as the image has. */
    uint32_t (*input_size)(const struct decode_state *state);
};

/* The bytes unchanged. */
extern const struct decoder decode_identity;
/* A patch to the image that runs (delta.h). */
extern const struct decoder decode_patch;

#endif
