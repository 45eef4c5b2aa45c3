/* SPDX-License-Identifier: MIT */
/*
 * Runs a list of cases in several processes and reports them in the order of
 * the list. Each case is one forked worker that writes text and leaves an
 * outcome; both come back through a pipe. The text of the first unfinished case
 * is passed on as it arrives; that of later cases is kept until their turn, so
 * the output does not depend on how many workers run at once. A worker that
 * dies is an error of its case only; no worker outlives this process.
 */
#ifndef OTALAB_CLI_JOBS_H
#define OTALAB_CLI_JOBS_H

#include <signal.h>
#include <stddef.h>
#include <stdio.h>

#include "report/outcome.h"

#define JOBS_MAX 256u

struct jobs {
    size_t count;
    unsigned at_once; /* 1..JOBS_MAX; 0: one after the other in this process,
                         without text() */
    const volatile sig_atomic_t *stop; /* if set: begin nothing new, pass on */
    int stop_fd;                       /* becomes readable then; or -1 */
    int tick_ms;                       /* time between tick()s; -1: none */
    void *context;
    const char *(*name)(void *context, size_t index); /* for messages */
    /* In the worker: fill the outcome, write to `out`. */
    void (*work)(void *context, size_t index, FILE *out,
                 struct outcome *outcome);
    /* In this process, in any order. */
    void (*begun)(void *context, size_t index);
    void (*finished)(void *context, size_t index,
                     const struct outcome *outcome);
    void (*tick)(void *context);
    /* In this process, in the order of the list. done() takes over the outcome
     * and frees it. */
    void (*text)(void *context, size_t index, const char *bytes, size_t length);
    void (*done)(void *context, size_t index, struct outcome *outcome);
};

/* Runs until all cases are done or stopped. 0, or OTALAB_ERR_SIMULATOR if out
 * of memory. */
int jobs_run(const struct jobs *jobs, struct diag *diag);
/* The number of processors that this process may use; at least 1. */
unsigned jobs_processors(void);

#endif
