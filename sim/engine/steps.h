/* SPDX-License-Identifier: MIT */
/*
 * The scenario's steps: a trigger makes a step due, and it is carried out after
 * the command that caused it has been served.
 */
#ifndef OTALAB_ENGINE_STEPS_H
#define OTALAB_ENGINE_STEPS_H

#include "engine/state.h"

void steps_event(struct run *run, const struct event *event);
/* Carry out the actions of the steps that are due. */
int steps_carry_out(struct run *run, struct diag *diag);
/* The earliest timed step that has not happened yet. */
uint64_t steps_next(const struct run *run);
/* Make the steps at `now` due. */
void steps_due(struct run *run, uint64_t now);
bool steps_all_fired(const struct run *run);

#endif
