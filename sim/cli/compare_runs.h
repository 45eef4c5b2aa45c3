/* SPDX-License-Identifier: MIT */
/*
 * The runs behind a comparison: for each way to update, the update, a sweep of
 * it, an update that crashes, and many updates in a row.
 */
#ifndef OTALAB_CLI_COMPARE_RUNS_H
#define OTALAB_CLI_COMPARE_RUNS_H

#include "compare/compare.h"
#include "engine/run.h"

struct compare_runs {
    const char *path; /* of the scenario */
    const char *wear; /* of one with many updates in a row */
    const struct run_options *run;
    const char *family; /* forms of cuts, as in struct sweep_options */
    unsigned jobs;      /* processes of a sweep */
};

/* 0, or a negative enum otalab_err with a line in diag. compare_free() must be
 * called either way. */
int compare_runs(const struct compare_runs *runs, struct compare *compare,
                 struct diag *diag);

#endif
