/* SPDX-License-Identifier: MIT */
/*
 * The part of an update in which a power cut is fatal, measured by a sweep. A
 * cut at a position stands for all cuts until the next one, because nothing
 * lasting changes in between:
 *
 *   position   1        2     3  4          5
 *   time       |--------|#####|##|----------|      # fatal: one of the effects
 *                                                    at the position fails
 */
#ifndef OTALAB_ESTIMATE_WINDOW_H
#define OTALAB_ESTIMATE_WINDOW_H

#include <stdint.h>

#include "estimate/arith.h"
#include "sweep/sweep.h"

struct window {
    uint64_t positions;
    uint64_t fatal;    /* of them */
    uint64_t fatal_ns; /* sum of the fatal parts */
    uint64_t total_ns; /* from the first to the last position */
};

/* Of a complete sweep: every position has effects, and each was run. 0, ESTIMATE_OPEN, or ESTIMATE_POSITIONS. */
int window_of(const struct sweep *sweep, struct window *window);

#endif
