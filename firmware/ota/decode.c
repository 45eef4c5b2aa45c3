/* SPDX-License-Identifier: MIT */
#include "ota/decode.h"

#include <string.h>

static void start(struct decode_state *state)
{
    (void)state;
}

static bool step(struct decode_state *state, struct decode_io *io)
{
    uint32_t part = io->in_left < io->out_left ? io->in_left : io->out_left;

    (void)state;
    memcpy(io->out, io->in, part);
    io->in += part;
    io->in_left -= part;
    io->out += part;
    io->out_left -= part;
    return true;
}

static bool finish(const struct decode_state *state)
{
    (void)state;
    return true;
}

static void dump(const struct decode_state *state, uint8_t out[DECODE_DUMP])
{
    (void)state;
    (void)out;
}

static bool restore(struct decode_state *state, uint32_t fetched,
                    uint32_t written, const uint8_t in[DECODE_DUMP])
{
    (void)state;
    (void)in;
    return fetched == written;
}

static bool go_back(uint32_t written, uint32_t *fetched)
{
    *fetched = written;
    return true;
}

const struct decoder decode_identity = {.path = "image",
                                        .start = start,
                                        .step = step,
                                        .finish = finish,
                                        .dump = dump,
                                        .restore = restore,
                                        .go_back = go_back};
