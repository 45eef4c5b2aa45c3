/* SPDX-License-Identifier: MIT */
/*
 * Makes a failing history shorter: faults are dropped, and those that are left
 * simplified, as long as the run still fails in the same way. Owns nothing.
 */
#ifndef OTALAB_SWEEP_SHRINK_H
#define OTALAB_SWEEP_SHRINK_H

#include "engine/run.h"
#include "scenario/scenario.h"

struct shrink {
    const struct scenario *scenario; /* without the faults */
    const struct run_options *run;   /* its faults do not matter */
    struct token token;              /* in: what fails; out: the shortest */
    struct run_failure failure;      /* what must happen again */
    unsigned runs;
    bool interrupted;
    /* Called after each run with what was tried. Or NULL. */
    void (*tried)(void *context, const struct token *token, bool fails);
    void *context;
};

/* Runs at most a few times the number of faults squared. 0, or a negative enum
 * otalab_err with a line in diag; OTALAB_ERR_USAGE if it does not fail. */
int shrink(struct shrink *shrink, struct diag *diag);

#endif
