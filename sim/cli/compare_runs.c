/* SPDX-License-Identifier: MIT */
#include "cli/compare_runs.h"

#include <stdio.h>
#include <string.h>

#include "cli/sweep_jobs.h"

static int read_as(const char *path, const char *way,
                   struct scenario **scenario, struct diag *diag)
{
    int err = scenario_read(path, scenario, diag);

    return err ? err : scenario_as(*scenario, way, diag);
}

static int interrupted(const struct compare_runs *runs, struct diag *diag)
{
    return runs->run->interrupted != NULL && *runs->run->interrupted
               ? diag_fail(diag, OTALAB_ERR_FAILED, "interrupted")
               : 0;
}

/* ---- runs ------------------------------------------------------------------- */

/* Run it, and let `take` have the result. */
static int run_as(const struct compare_runs *runs, struct compare_row *row,
                  const char *path, const char *way,
                  int (*take)(struct compare_row *row,
                              const struct run_result *result,
                              struct diag *diag),
                  struct diag *diag)
{
    struct scenario *scenario = NULL;
    struct run_options options = *runs->run;
    struct run_result result = {0};
    int err = read_as(path, way, &scenario, diag);

    options.track = true;
    if (err == 0) {
        err = run_scenario(scenario, &options, &result, diag);
        err = err ? err : interrupted(runs, diag);
        err = err ? err : take(row, &result, diag);
        run_result_free(&result);
    }
    scenario_free(scenario);
    return err;
}

/* Nothing is expected, so it runs up to the scenario's time limit. */
static int crash_as(const struct compare_runs *runs, struct compare_row *row,
                    struct diag *diag)
{
    char way[SCENARIO_WAY];

    snprintf(way, sizeof way, "%s-crash", row->way->name);
    return run_as(runs, row, runs->path, way, compare_crash, diag);
}

/* ---- sweeps ----------------------------------------------------------------- */

static int sweep_as(const struct compare_runs *runs, struct compare_row *row,
                    struct diag *diag)
{
    struct scenario *scenario = NULL;
    struct sweep_result result = {0};
    int err = read_as(runs->path, row->way->name, &scenario, diag);

    if (err == 0) {
        struct sweep_jobs jobs = {.scenario = scenario,
                                  .options = {.run = runs->run,
                                              .kinds = SWEEP_POWER,
                                              .family = runs->family,
                                              .depth = 1,
                                              .first = 1,
                                              .last = UINT32_MAX,
                                              .shards = 1,
                                              .seed = 1},
                                  .jobs = runs->jobs};

        err = sweep_jobs_run(&jobs, &result, diag);
        err = err ? err : interrupted(runs, diag);
        err = err ? err : compare_sweep(row, &result, diag);
    }
    result_free(&result);
    scenario_free(scenario);
    return err;
}

/* ---- all of them ------------------------------------------------------------- */

/* The cheap runs first: a scenario that does not fit is refused at once. */
int compare_runs(const struct compare_runs *runs, struct compare *compare,
                 struct diag *diag)
{
    int err = 0;

    for (unsigned i = 0; i < COMPARE_WAYS && err == 0; i++) {
        struct compare_row *row = &compare->row[i];

        row->way = way_at(compare->first + i);
        err = run_as(runs, row, runs->path, row->way->name, compare_run, diag);
        err = err ? err
                  : run_as(runs, row, runs->wear, row->way->name, compare_wear,
                           diag);
        err = err ? err : crash_as(runs, row, diag);
    }
    for (unsigned i = 0; i < COMPARE_WAYS && err == 0; i++) {
        err = sweep_as(runs, &compare->row[i], diag);
    }
    return err;
}
