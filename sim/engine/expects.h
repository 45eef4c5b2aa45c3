/* SPDX-License-Identifier: MIT */
/*
 * What the scenario expects while the run lasts: of events and of states.
 */
#ifndef OTALAB_ENGINE_EXPECTS_H
#define OTALAB_ENGINE_EXPECTS_H

#include "engine/state.h"

void expects_event(struct run *run, const struct event *event);
/* Does an expectation ask for such an event? A violation that is asked for
 * does not fail the run: that it is missing does. */
bool expects_asked_for(const struct run *run, const struct event *event);
/* Look at states that are asked for; call when something may have changed. */
void expects_state(struct run *run);
/* All "eventually" are met, nothing is broken. */
bool expects_met(const struct run *run);
/* Something can no longer become true. */
bool expects_broken(const struct run *run);
/* Something was seen that must never be: the run ended on the spot. */
bool expects_forbidden(const struct run *run);
/* An "eventually" has not come: say so. NULL as from verdict_fail(). */
struct run_failure *expects_late(struct run *run, unsigned index);
/* Is the device one of those that are meant? */
bool expects_concern(const struct expect *expect, const struct device *device);
/* The image that runs, "nothing" for none. */
const char *expects_running(const struct device *device);
bool expects_confirmed(const struct device *device);
/* "device 2: ", or nothing when there is only one; returns `out`. */
const char *expects_device(const struct device *device, char *out, size_t size);

#endif
