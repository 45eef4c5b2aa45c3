/* SPDX-License-Identifier: MIT */
/*
 * One patch with its base and its image, for the device's decoder on the host.
 * The base is read from memory, and a read outside it ends the program: the
 * decoder has to check first.
 */
#ifndef OTALAB_TESTS_DELTA_RIG_H
#define OTALAB_TESTS_DELTA_RIG_H

#include <stdlib.h>
#include <string.h>

#include "delta/patch.h"
#include "ota/delta.h"

struct rig {
    struct bytes base;
    struct bytes patch;
    struct delta_job job;
    struct delta_base port;
    uint32_t reads_fail_from; /* offset in the base; 0: none fails */
};

static inline int rig_read(void *context, uint32_t offset, void *data,
                           uint32_t length)
{
    const struct rig *rig = context;

    if (offset > rig->base.size || length > rig->base.size - offset) {
        abort();
    }
    if (rig->reads_fail_from != 0 && offset + length > rig->reads_fail_from) {
        return -1;
    }
    memcpy(data, rig->base.at + offset, length);
    return 0;
}

/* Ready for the job that the patch's own header names. */
static inline enum delta_why rig_init(struct rig *rig, struct bytes base,
                                      struct bytes patch)
{
    memset(rig, 0, sizeof *rig);
    rig->base = base;
    rig->patch = patch;
    rig->port = (struct delta_base){rig, rig_read};
    return patch.size < DELTA_HEADER ? DELTA_BAD_SIZE
                                     : delta_read_header(patch.at, &rig->job);
}

/* How to go through a patch. */
struct pace {
    uint32_t in;  /* at most so many bytes at once */
    uint32_t out; /* likewise */
    /* A restart after each step: the state is saved, lost and loaded. */
    bool restarts;
};

static inline enum delta_why rig_restart(const struct rig *rig,
                                         struct delta *delta)
{
    uint8_t saved[DELTA_SAVED];

    delta_save(delta, saved);
    memset(delta, 0xA5, sizeof *delta);
    enum delta_why why = delta_load(delta, &rig->job, saved);
    return why != DELTA_NONE ? why : delta_check_base(delta, &rig->port);
}

/* One step; *taken and *made advance. */
static inline enum delta_why rig_step(const struct rig *rig,
                                      struct delta *delta,
                                      const struct pace *pace, uint32_t *taken,
                                      uint8_t *out, uint32_t *made)
{
    uint32_t left = rig->patch.size - *taken;
    uint32_t in = left < pace->in ? left : pace->in;
    struct decode_io io = {rig->patch.at + *taken, in, out + *made, pace->out};
    enum delta_why why = delta_step(delta, &rig->port, &io);

    *taken += in - io.in_left;
    *made += pace->out - io.out_left;
    return why == DELTA_NONE && pace->restarts ? rig_restart(rig, delta) : why;
}

/*
 * Take the whole patch; `out` has room for the image and pace->out bytes more.
 * *made says how much there was when it ended. Ends for sure: each step takes
 * or makes something, or is the last.
 */
static inline enum delta_why rig_run(const struct rig *rig,
                                     const struct pace *pace, uint8_t *out,
                                     uint32_t *made)
{
    struct delta delta;
    enum delta_why why = delta_start(&delta, &rig->job);
    uint32_t taken = 0;
    bool moves = true;

    *made = 0;
    why = why != DELTA_NONE ? why : delta_check_base(&delta, &rig->port);
    while (why == DELTA_NONE && moves) {
        uint32_t before = taken + *made;
        why = rig_step(rig, &delta, pace, &taken, out, made);
        moves = taken + *made != before;
    }
    if (*made > rig->job.target_size || taken > rig->job.patch_size) {
        abort();
    }
    return why != DELTA_NONE ? why : delta_finish(&delta);
}

#endif
