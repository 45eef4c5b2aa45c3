/* SPDX-License-Identifier: MIT */
/*
 * Patterns of events: whether one fits, what else differs when it does not,
 * and both in a line of text as messages show them. Plain functions over
 * values; nothing is kept and nothing fails.
 */
#ifndef OTALAB_SCENARIO_PATTERN_H
#define OTALAB_SCENARIO_PATTERN_H

#include "record/event.h"
#include "scenario/scenario.h"

/* `nth` is the caller's to count. */
bool pattern_fits(const struct pattern *pattern, const struct event *event);
/* How many of the pattern's fields (and its device) differ; 0 when it fits,
 * PATTERN_FAR when the event is another one altogether. */
#define PATTERN_FAR 1000u
unsigned pattern_differs(const struct pattern *pattern,
                         const struct event *event);

/* "boot.rollback reason=bad-hash nth=2"; returns `out`. */
const char *pattern_text(const struct pattern *pattern, char *out, size_t size);
/* "reason is trial-failed, not bad-hash": the fields that differ. */
const char *pattern_difference(const struct pattern *pattern,
                               const struct event *event, char *out,
                               size_t size);
/* What a step is: "power_cut on app.request kind=confirm", "note at 5.000 s". */
const char *step_text(const struct step *step, char *out, size_t size);

#endif
