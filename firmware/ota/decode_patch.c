/* SPDX-License-Identifier: MIT */
/*
 * A patch as one of the download's formats. Its header is gathered first and
 * must announce the very image that was offered, from a base that the running
 * slot can hold; then the base itself is hashed. Only after that is a byte of
 * the image made.
 *
 *     dump: | header, 100 bytes | saved state of the decoder, 184 bytes |
 */
#include <string.h>

#include "ota/decode.h"

static bool job_fits(const struct decode_context *context,
                     const struct delta_job *job)
{
    return job->patch_size <= context->most &&
           job->base_size <= context->base_room &&
           job->target_size == context->size &&
           memcmp(job->target_digest, context->digest, OTA_DIGEST_SIZE) == 0;
}

static bool read_job(const struct decode_state *state, struct delta_job *job)
{
    return delta_read_header(state->as.patch.header, job) == DELTA_NONE &&
           job_fits(state->context, job);
}

/* The header is whole: everything is checked, and the decoder reads it. */
static bool begin(struct decode_state *state)
{
    struct delta *delta = &state->as.patch.delta;
    const struct delta_base *base = &state->context->base;
    struct decode_io io = {state->as.patch.header, DELTA_HEADER, NULL, 0};
    struct delta_job job;

    return read_job(state, &job) && delta_start(delta, &job) == DELTA_NONE &&
           delta_check_base(delta, base) == DELTA_NONE &&
           delta_step(delta, base, &io) == DELTA_NONE && io.in_left == 0;
}

static bool gather(struct decode_state *state, struct decode_io *io)
{
    uint32_t left = DELTA_HEADER - state->as.patch.gathered;
    uint32_t part = io->in_left < left ? io->in_left : left;

    memcpy(state->as.patch.header + state->as.patch.gathered, io->in, part);
    state->as.patch.gathered += part;
    io->in += part;
    io->in_left -= part;
    return state->as.patch.gathered < DELTA_HEADER || begin(state);
}

static void start(struct decode_state *state)
{
    memset(&state->as, 0, sizeof(state->as));
}

static bool step(struct decode_state *state, struct decode_io *io)
{
    if (state->as.patch.gathered < DELTA_HEADER && !gather(state, io)) {
        return false;
    }
    return state->as.patch.gathered < DELTA_HEADER ||
           delta_step(&state->as.patch.delta, &state->context->base, io) ==
               DELTA_NONE;
}

static bool finish(const struct decode_state *state)
{
    return state->as.patch.gathered == DELTA_HEADER &&
           delta_finish(&state->as.patch.delta) == DELTA_NONE;
}

static void dump(const struct decode_state *state, uint8_t out[DECODE_DUMP])
{
    memcpy(out, state->as.patch.header, DELTA_HEADER);
    delta_save(&state->as.patch.delta, out + DELTA_HEADER);
}

static bool restore(struct decode_state *state, uint32_t fetched,
                    uint32_t written, const uint8_t in[DECODE_DUMP])
{
    struct delta *delta = &state->as.patch.delta;
    struct delta_job job;

    start(state);
    memcpy(state->as.patch.header, in, DELTA_HEADER);
    state->as.patch.gathered = DELTA_HEADER;
    return read_job(state, &job) &&
           delta_load(delta, &job, in + DELTA_HEADER) == DELTA_NONE &&
           delta->taken == fetched && delta->written == written &&
           delta_check_base(delta, &state->context->base) == DELTA_NONE;
}

static uint32_t input_size(const struct decode_state *state)
{
    return state->as.patch.gathered == DELTA_HEADER
               ? state->as.patch.delta.patch_size
               : 0;
}

const struct decoder decode_patch = {.path = "delta",
                                     .dump_size = DECODE_DUMP,
                                     .start = start,
                                     .step = step,
                                     .finish = finish,
                                     .dump = dump,
                                     .restore = restore,
                                     .input_size = input_size};
