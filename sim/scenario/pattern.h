/* SPDX-License-Identifier: MIT */
/*
 * Patterns of events: whether one matches, what differs if not, and both in a
 * line of text for messages. Pure functions of values; none of them can fail.
 */
#ifndef OTALAB_SCENARIO_PATTERN_H
#define OTALAB_SCENARIO_PATTERN_H

#include "record/event.h"
#include "scenario/scenario.h"

/* `nth` is counted by the caller. */
bool pattern_fits(const struct pattern *pattern, const struct event *event);
/* How many of the pattern's fields (and its device) differ; 0 if it matches,
 * PATTERN_FAR if the event is a different one. */
#define PATTERN_FAR 1000u
unsigned pattern_differs(const struct pattern *pattern,
                         const struct event *event);

/* Write "boot.rollback reason=bad-hash nth=2"; returns `out`. */
const char *pattern_text(const struct pattern *pattern, char *out, size_t size);
/* Write which fields differ: "reason is trial-failed, not bad-hash". */
const char *pattern_difference(const struct pattern *pattern,
                               const struct event *event, char *out,
                               size_t size);
/* Write what a step is: "power_cut on app.request kind=confirm", "note at 5.000
 * s". */
const char *step_text(const struct step *step, char *out, size_t size);

#endif
