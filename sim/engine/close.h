/* SPDX-License-Identifier: MIT */
/* The run is over: the verdict, and what is left to look at. */
#ifndef OTALAB_ENGINE_CLOSE_H
#define OTALAB_ENGINE_CLOSE_H

#include "engine/state.h"

/* Judge it, unless it was interrupted, and say so as its last event. */
void close_run(struct run *run);
/* Fill run->result; `whole`: it was recorded to its end. */
void close_keep(struct run *run, bool whole);

#endif
