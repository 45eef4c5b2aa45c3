/* SPDX-License-Identifier: MIT */
/*
 * What the scenario expects during the run: events and states.
 */
#ifndef OTALAB_ENGINE_EXPECTS_H
#define OTALAB_ENGINE_EXPECTS_H

#include "engine/state.h"

void expects_event(struct run *run, const struct event *event);
/* Whether an expectation asks for such an event. An expected violation does not
 * fail the run; if it is missing, the run fails. */
bool expects_asked_for(const struct run *run, const struct event *event);
/* Check the states asked for; call this when something may have changed. */
void expects_state(struct run *run);
/* Whether all "eventually" are met and nothing is broken. */
bool expects_met(const struct run *run);
/* Whether something can no longer become true. */
bool expects_broken(const struct run *run);
/* Whether something forbidden has happened: the run ends immediately. */
bool expects_forbidden(const struct run *run);
/* Report an "eventually" that was not met. NULL as from verdict_fail(). */
struct run_failure *expects_late(struct run *run, unsigned index);
/* Whether the expectation applies to the device. */
bool expects_concern(const struct expect *expect, const struct device *device);
/* The name of the running image, "nothing" if there is none. */
const char *expects_running(const struct device *device);
bool expects_confirmed(const struct device *device);
/* "device 2: ", or nothing if there is only one; returns `out`. */
const char *expects_device(const struct device *device, char *out, size_t size);

#endif
