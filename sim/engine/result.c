/* SPDX-License-Identifier: MIT */
/* The result of a run. */
#include "engine/result.h"

#include <stdlib.h>
#include <string.h>

void run_result_forget(struct run_result *result)
{
    struct recording recording = result->recording;
    struct track track = result->track;
    struct arrivals arrivals = result->arrivals;
    uint64_t met_at[SCENARIO_EXPECTS];

    memcpy(met_at, result->met_at, sizeof met_at);
    free(result->stderr_text);
    for (unsigned i = 0; i < result->devices; i++) {
        free(result->device[i].flash);
    }
    memset(result, 0, sizeof *result);
    result->recording = recording;
    result->track = track;
    result->arrivals = arrivals;
    memcpy(result->met_at, met_at, sizeof met_at);
}

void run_result_free(struct run_result *result)
{
    run_result_forget(result);
    recording_free(&result->recording);
    track_free(&result->track);
    arrivals_free(&result->arrivals);
}

const char *run_verdict_name(enum run_verdict verdict)
{
    static const char *const names[] = {[RUN_PASSED] = "passed",
                                        [RUN_FAILED] = "failed",
                                        [RUN_LIMIT] = "time limit",
                                        [RUN_ERROR] = "error",
                                        [RUN_INTERRUPTED] = "interrupted"};

    return names[verdict];
}
