/* SPDX-License-Identifier: MIT */
/*
 * A sweep in several processes. Each does its share of what the cuts lead to
 * and sends its result as a file would hold it; the results are merged here.
 * Progress is shown on stderr if that is a terminal.
 */
#ifndef OTALAB_CLI_SWEEP_JOBS_H
#define OTALAB_CLI_SWEEP_JOBS_H

#include "sweep/result.h"

struct sweep_jobs {
    const struct scenario *scenario;
    struct sweep_options options; /* shards: of the whole */
    unsigned jobs;                /* 1..JOBS_MAX */
};

/* 0 if there is a result, complete or interrupted; otherwise a negative enum
 * otalab_err. *whole must be freed either way. */
int sweep_jobs_run(const struct sweep_jobs *jobs, struct sweep_result *whole,
                   struct diag *diag);

#endif
