/* SPDX-License-Identifier: MIT */
/*
 * Why a device is in its state; only for messages.
 */
#ifndef OTALAB_ENGINE_CAUSE_H
#define OTALAB_ENGINE_CAUSE_H

#include "engine/state.h"

void cause_event(struct run *run, const struct event *event);
/* Write "ROLLBACK from slot-b to slot-a: trial-failed, at 4.488547 s (#108)",
 * or "" if there is no event. Returns `out`. */
const char *cause_text(const struct event *event, char *out, size_t size);

#endif
