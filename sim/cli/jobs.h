/* SPDX-License-Identifier: MIT */
/*
 * Work on a list of cases in several processes, told in the order of the list.
 * Each case is one forked worker that writes text and leaves an outcome; both
 * come back through a pipe. The text of the first case that is not finished
 * is passed on as it comes, that of later ones is kept until it is their turn,
 * so what is told does not depend on how many work at once. A worker that
 * dies is the error of its case alone; no worker outlives this process.
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
    const volatile sig_atomic_t *stop; /* set: begin nothing new, pass it on */
    int stop_fd;                       /* can be read from then, or -1 */
    int tick_ms;                       /* how often tick(), -1: never */
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
    /* In this process, in the order of the list. The outcome of `done` is
     * its to keep and to free. */
    void (*text)(void *context, size_t index, const char *bytes, size_t length);
    void (*done)(void *context, size_t index, struct outcome *outcome);
};

/* Until all is done or stopped. 0 or OTALAB_ERR_SIMULATOR without memory. */
int jobs_run(const struct jobs *jobs, struct diag *diag);
/* How many processors this process may use; at least 1. */
unsigned jobs_processors(void);

#endif
