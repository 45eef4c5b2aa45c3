/* SPDX-License-Identifier: MIT */
/*
 * The scenario's steps: a trigger makes one due, and it is carried out once the
 * command that caused it has been served.
 */
#ifndef OTALAB_ENGINE_STEPS_H
#define OTALAB_ENGINE_STEPS_H

#include "engine/state.h"

void steps_event(struct run *run, const struct event *event);
/* Carry out the actions of the steps that are due. */
int steps_carry_out(struct run *run, struct diag *diag);
/* The earliest timed step that has not happened. */
uint64_t steps_next(const struct run *run);
/* Make due what is at `now`. */
void steps_due(struct run *run, uint64_t now);
bool steps_all_fired(const struct run *run);

#endif
