/* SPDX-License-Identifier: MIT */
/*
 * How many devices of a fleet an update bricks that is not safe against power
 * cuts, and what that costs.
 *
 *   |<-------------- update_ns -------------->|
 *   |  download  |   window   |  start        |
 *                 <- fatal  ->
 *
 * Power cuts strike at any time alike. `cut_ppm` is the chance that one strikes
 * within `window_ns`; it follows how often one strikes the whole update, and
 * how often the part of it in which a cut is fatal. That part is the window
 * itself, or one measured by a sweep (window.h). A pass is one update of every
 * device. A device that was bricked is repaired by a service call, and takes
 * part in the next pass.
 */
#ifndef OTALAB_ESTIMATE_FLEET_H
#define OTALAB_ESTIMATE_FLEET_H

#include <stdint.h>

#include "base/rng.h"
#include "estimate/arith.h"

#define FLEET_ONE UINT64_C(1000000000000) /* a chance of 100 % */
#define FLEET_MILLI 1000u                 /* of a device */
#define FLEET_RUNS 1000000u               /* at most */
/* devices x passes x runs of a simulation, at most: about a minute */
#define FLEET_WORK UINT64_C(1000000000000)

struct fleet_figures {
    uint64_t devices;
    uint64_t cut_ppm;
    uint64_t window_ns; /* not 0; at most update_ns unless one was measured */
    uint64_t update_ns;
    uint64_t passes;        /* not 0; in a week, the first on day one */
    uint64_t service_cents; /* for each brick */
    /* The measured part, or 0 and 0. */
    uint64_t fatal_ns;
    uint64_t total_ns;
};

extern const struct fleet_figures fleet_defaults;

/* What is to be expected on average. */
struct fleet {
    uint64_t cut;         /* chance of a cut during one update; of FLEET_ONE */
    uint64_t brick;       /* chance of a fatal one; of FLEET_ONE */
    uint64_t cut_milli;   /* devices cut in one pass, in thousandths */
    uint64_t first_milli; /* bricks of the first pass */
    uint64_t all_milli;   /* of all passes */
    uint64_t first_cents; /* service calls; at most INT64_MAX */
    uint64_t all_cents;
};

/* All are rounded to the nearest. 0, or a negative enum estimate_err. */
int fleet_of(const struct fleet_figures *figures, struct fleet *fleet);

/* What one rollout came to. */
struct fleet_run {
    uint64_t first;
    uint64_t all;
};

/* Simulate `runs` rollouts: each device, in each pass, is hit or not. run[] has
 * room for them. `seed` decides everything. 0, or a negative enum
 * estimate_err. */
int fleet_simulate(const struct fleet_figures *figures, uint64_t seed,
                   uint64_t runs, struct fleet_run *run);

/* Of several numbers: the least that at least 5 %, half, 95 % of them do not
 * exceed. */
struct spread {
    uint64_t least;
    uint64_t low;
    uint64_t median;
    uint64_t high;
    uint64_t most;
};

/* Sorts the numbers; there is at least one. */
void spread_of(uint64_t *number, uint64_t count, struct spread *spread);

/* A histogram of at most SPREAD_BARS bars of equal width from `from` on. */
#define SPREAD_BARS 15u
struct spread_bars {
    uint64_t from;
    uint64_t width; /* numbers from .. from + width - 1 are in the first bar */
    unsigned count;
    uint64_t bar[SPREAD_BARS];
    uint64_t highest;
};
/* The numbers are sorted. */
void spread_bars(const uint64_t *number, uint64_t count,
                 struct spread_bars *bars);

#endif
