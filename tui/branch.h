/* SPDX-License-Identifier: MIT */
/*
 * The tree of histories: the run as the scenario has it, and a fork for each
 * thing that was broken. A fork is the same scenario with one fault more, run
 * again from power-on; up to the fault it is the same run. Branches are never
 * removed; their numbers are their places in the table.
 */
#ifndef OTALAB_TUI_BRANCH_H
#define OTALAB_TUI_BRANCH_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/failure.h"
#include "history/history.h"
#include "scenario/scenario.h"
#include "tui/live.h"
#include "tui/timeline.h"

#define BRANCHES 32u
#define BRANCH_FAULT 160u

struct branch {
    int parent;         /* -1: the first history */
    uint64_t forked_at; /* event of the parent after which they may differ */
    char fault[BRANCH_FAULT]; /* what was broken; "" for the first */
    struct known known;       /* what is known of it so far */
    struct timeline timeline;
    struct scenario *scenario; /* with the faults; NULL: not known */
    struct live *live;         /* it still runs; NULL: it does not */
    char token[512];           /* "" until it has run */
    unsigned failures;         /* why it failed, as far as that is known */
    struct run_failure failure[RUN_FAILURES];
    uint64_t met_at[SCENARIO_EXPECTS]; /* as in struct run_result; of a
                                          recording 0 */
    uint64_t at;                       /* event that was looked at last */
};

struct branches {
    unsigned count;
    unsigned current;
    struct branch branch[BRANCHES];
};

/* The forks of a branch, in order of their age: the n-th, or -1. */
int branch_child(const struct branches *branches, unsigned of, unsigned n);
/* The fork of the same branch that is `step` further (1 or -1); -1: none. */
int branch_sibling(const struct branches *branches, unsigned of, int step);
/* How many faults lead to it; their texts, the first one first. */
unsigned branch_faults(const struct branches *branches, unsigned of,
                       const char *faults[BRANCHES]);
/* The first event at which two histories differ; 0: they do not. */
uint64_t branch_difference(const struct branch *a, const struct branch *b);
void branches_free(struct branches *branches);

#endif
