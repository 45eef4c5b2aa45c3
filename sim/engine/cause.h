/* SPDX-License-Identifier: MIT */
/*
 * Why a device is as it is; only for messages.
 */
#ifndef OTALAB_ENGINE_CAUSE_H
#define OTALAB_ENGINE_CAUSE_H

#include "engine/state.h"

void cause_event(struct run *run, const struct event *event);
/* "ROLLBACK from slot-b to slot-a: trial-failed, at 4.488547 s (#108)"; "" for
 * an event that is none. Returns `out`. */
const char *cause_text(const struct event *event, char *out, size_t size);

#endif
