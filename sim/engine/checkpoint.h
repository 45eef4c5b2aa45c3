/* SPDX-License-Identifier: MIT */
/*
 * A point to which a run can return: the world, the contents of the flash, the
 * recording. The state of a machine is not kept: a checkpoint is taken where
 * all machines are in reset, because a reset leaves nothing of a CPU.
 */
#ifndef OTALAB_ENGINE_CHECKPOINT_H
#define OTALAB_ENGINE_CHECKPOINT_H

#include "engine/state.h"

struct checkpoint {
    unsigned users;
    struct checkpoint *base; /* NULL: taken where it is; else the point from
                                which the run is played again up to here: */
    uint64_t turns;
    uint32_t phase;

    struct slices rest; /* the world without the contents of the flash */
    unsigned devices;
    struct sectors *flash;
    uint8_t *sram[SCENARIO_DEVICES]; /* if the next boot may see it */
    struct recording recording;
    struct track track;
    struct story story;
};

/* Whether power has just come on, or every device was reset or cut and has not
 * run since. */
bool checkpoint_possible(const struct run *run);
/* Take a checkpoint. 0, or OTALAB_ERR_SIMULATOR if out of memory. */
int checkpoint_take(struct run *run, struct checkpoint **out,
                    struct diag *diag);
/* The same at any point, for the world alone; checkpoint_put() goes back. 0, or
 * -1 if out of memory. */
int checkpoint_copy(struct run *run, struct checkpoint **out,
                    struct diag *diag);
int checkpoint_put(struct run *run, const struct checkpoint *checkpoint);
/* Return to a checkpoint of this run. Errors as from machine_restart(). */
int checkpoint_go(struct run *run, const struct checkpoint *checkpoint,
                  struct diag *diag);
/* For runs in which run_save() may be called at any time: remember this as the
 * last point to play from, if it is one. */
int checkpoint_note(struct run *run, struct diag *diag);
struct checkpoint *checkpoint_use(struct checkpoint *checkpoint);
/* NULL is allowed. */
void checkpoint_leave(struct checkpoint *checkpoint);

#endif
