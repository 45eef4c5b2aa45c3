/* SPDX-License-Identifier: MIT */
/*
 * What happens next in the world, in order of time.
 */
#ifndef OTALAB_ENGINE_AGENDA_H
#define OTALAB_ENGINE_AGENDA_H

#include "engine/state.h"

uint64_t agenda_next(const struct run *run);
/* Carry out the first thing that is due at that time. */
int agenda_happen(struct run *run, uint64_t now, struct diag *diag);

#endif
