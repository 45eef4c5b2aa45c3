/* SPDX-License-Identifier: MIT */
/*
 * The loop around the machines. Every CPU stands still whenever this code
 * runs; whoever is earliest, a device or something in the world, goes on, so
 * nothing comes before what it depends on.
 */
#ifndef OTALAB_ENGINE_LOOP_H
#define OTALAB_ENGINE_LOOP_H

#include "engine/state.h"
#include "engine/until.h"

/* Go on until then, or until the run is over. 0, or a negative enum otalab_err
 * with a line in `diag`: then the run is good for nothing but its end. */
int loop_until(struct run *run, const struct run_until *until,
               struct diag *diag);
bool loop_over(const struct run *run);

#endif
