/* SPDX-License-Identifier: MIT */
/*
 * The loop around the machines. Every CPU stands still whenever this code runs.
 * Whatever is earliest, a device or something in the world, continues, so
 * nothing happens before something that it depends on.
 */
#ifndef OTALAB_ENGINE_LOOP_H
#define OTALAB_ENGINE_LOOP_H

#include "engine/state.h"
#include "engine/until.h"

/* Run until that point, or until the run is over. 0, or a negative enum
 * otalab_err with a line in `diag`: then the run can only be ended. */
int loop_until(struct run *run, const struct run_until *until,
               struct diag *diag);
bool loop_over(const struct run *run);

#endif
