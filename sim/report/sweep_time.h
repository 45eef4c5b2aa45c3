/* SPDX-License-Identifier: MIT */
/*
 * The cut positions of a sweep over virtual time, as a figure of its page: a
 * lane for each program, a mark for each position, the taller the worse. The
 * script fills in the chosen position.
 */
#ifndef OTALAB_REPORT_SWEEP_TIME_H
#define OTALAB_REPORT_SWEEP_TIME_H

#include "sweep/result.h"
#include "sweep/summary.h"

/* Nothing if no position was asked for. */
void sweep_time(FILE *out, const struct sweep_result *result,
                const struct summary *summary);
/* The distance between ticks, in ns: 1, 2 or 5 times a power of ten, so that
 * at most six of them are at 0 .. `length_ns`. */
uint64_t sweep_time_step(uint64_t length_ns);

#endif
