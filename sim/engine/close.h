/* SPDX-License-Identifier: MIT */
/* The end of a run: the verdict, and the evidence that is left. */
#ifndef OTALAB_ENGINE_CLOSE_H
#define OTALAB_ENGINE_CLOSE_H

#include "engine/state.h"

/* Judge the run, unless it was interrupted, and report the verdict as its last
 * event. */
void close_run(struct run *run);
/* Fill run->result; `whole`: the recording is complete. */
void close_keep(struct run *run, bool whole);

#endif
