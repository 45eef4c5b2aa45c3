/* SPDX-License-Identifier: MIT */
/*
 * A run at a point to which it can go back: the world, what the flash held, the
 * recording. What a machine holds is not kept: a checkpoint is taken where all
 * of them are in reset, since a reset leaves nothing of a CPU.
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

    uint8_t *rest; /* of the world: all but what the flash holds */
    struct sectors *flash;
    uint8_t *sram[SCENARIO_DEVICES]; /* where the next boot may see it */
    struct recording recording;
    struct track track;
    struct story story;
};

/* Power has just come on, or every device was struck and has not run since. */
bool checkpoint_possible(const struct run *run);
/* 0, or OTALAB_ERR_SIMULATOR without memory. */
int checkpoint_take(struct run *run, struct checkpoint **out,
                    struct diag *diag);
/* To one that was taken of this run. Errors as from machine_restart(). */
int checkpoint_go(struct run *run, const struct checkpoint *checkpoint,
                  struct diag *diag);
/* Where run_save() may be called at any time: this is the last point to play
 * from, if it is one. */
int checkpoint_note(struct run *run, struct diag *diag);
struct checkpoint *checkpoint_use(struct checkpoint *checkpoint);
/* NULL is fine. */
void checkpoint_leave(struct checkpoint *checkpoint);

#endif
