/* SPDX-License-Identifier: MIT */
/* A sweep that is stopped keeps what it has, and goes on where it is told. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sweep/merge.h"

struct stage {
    struct scenario *scenario;
    struct run_options run;
    struct sweep_options options;
    char firmware[512];
    char plugin[512];
    volatile sig_atomic_t stop;
    uint64_t stop_at; /* boots */
};

static void note(void *context, const struct sweep_counts *counts,
                 uint64_t queued)
{
    struct stage *stage = context;

    (void)queued;
    if (stage->stop_at != 0 && counts->boots >= stage->stop_at) {
        stage->stop = 1;
    }
}

static void set_up(struct stage *stage, uint64_t stop_at)
{
    const char *build = getenv("OTALAB_BUILD");
    struct diag diag = {0};

    memset(stage, 0, sizeof *stage);
    build = build != NULL ? build : "build";
    snprintf(stage->firmware, sizeof stage->firmware, "%s/firmware", build);
    snprintf(stage->plugin, sizeof stage->plugin, "%s/libotalab-shim.so",
             build);
    stage->stop_at = stop_at;
    stage->run = (struct run_options){.firmware = stage->firmware,
                                      .plugin = stage->plugin,
                                      .interrupted = &stage->stop};
    stage->options = (struct sweep_options){.run = &stage->run,
                                            .kinds = SWEEP_POWER,
                                            .depth = 1,
                                            .first = 1,
                                            .last = 3,
                                            .shards = 1,
                                            .progress = note,
                                            .progress_context = stage};
    cr_assert_eq(scenario_read("scenarios/boot/ab-good.yaml", &stage->scenario,
                               &diag),
                 0, "%s", diag.text);
}

static void sweep(struct stage *stage, struct sweep_result *result)
{
    struct diag diag = {0};

    *result = (struct sweep_result){.name = "ab-good",
                                    .path = "scenarios/boot/ab-good.yaml",
                                    .kinds = SWEEP_POWER,
                                    .depth = 1,
                                    .first = 1,
                                    .last = 3,
                                    .shards = 1};
    int err =
        sweep_run(stage->scenario, &stage->options, &result->sweep, &diag);

    cr_assert_eq(err, 0, "%s", diag.text);
    scenario_free(stage->scenario);
}

static uint64_t open_cuts(const struct sweep_result *result)
{
    struct result_tally tally;

    result_tally(result, &tally);
    return tally.of[SWEEP_OPEN];
}

/* Written, and read again. */
static void through_a_file(struct sweep_result *result)
{
    struct sweep_result again;
    struct diag diag = {0};
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    cr_assert_not_null(out);
    result_write(out, result);
    fclose(out);
    cr_assert_eq(result_read(text, size, "it", &again, &diag), 0, "%s",
                 diag.text);
    free(text);
    result_free(result);
    *result = again;
}

Test(sweep_stop, what_there_is_is_kept)
{
    struct stage stage;
    struct sweep_result whole;
    struct merge_part part = {.name = "part"};
    struct sweep_result merged;
    struct diag diag = {0};

    set_up(&stage, 0);
    sweep(&stage, &whole);
    set_up(&stage, 6);
    sweep(&stage, &part.result);
    cr_expect(!whole.sweep.interrupted);
    cr_expect(part.result.sweep.interrupted);
    cr_expect_eq(open_cuts(&whole), 0);
    cr_expect_gt(open_cuts(&part.result), 0);
    cr_expect_gt(part.result.sweep.counts.open, 0);
    through_a_file(&part.result);
    cr_assert_eq(merge_all(&part, 1, &merged, &diag), 0, "%s", diag.text);
    cr_expect(merged.sweep.interrupted);
    cr_expect_eq(open_cuts(&merged), open_cuts(&part.result));
    cr_expect_eq(merged.sweep.positions, whole.sweep.positions);
    result_free(&merged);
    result_free(&part.result);
    result_free(&whole);
}

/* A cut at the third position does no harm; one at the first does. */
Test(sweep_stop, a_position_is_blamed_for_its_own_cuts)
{
    struct stage stage;
    struct sweep_result result;

    set_up(&stage, 0);
    sweep(&stage, &result);
    cr_assert_geq(result.sweep.positions, 3);
    cr_expect_eq(sweep_worst(&result.sweep.position[0]), SWEEP_FAILED);
    cr_expect_eq(sweep_worst(&result.sweep.position[2]), SWEEP_SAME);
    result_free(&result);
}
