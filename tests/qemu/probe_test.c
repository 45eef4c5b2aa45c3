/* SPDX-License-Identifier: MIT */
/*
 * A CPU that was stopped at an event, looked at and stepped: it shows the same
 * registers each time, and the run goes on as if nobody had looked.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/case.h"
#include "engine/probe.h"
#include "engine/run.h"

#define STEPS 300u

struct look {
    struct scenario *scenario;
    struct run_case given;
    struct run_options options;
    struct run_result result;
    struct run *run;
    struct diag diag;
    char firmware[512];
    char plugin[512];
};

static void begin(struct look *look, const char *file, unsigned device)
{
    const char *build = getenv("OTALAB_BUILD");

    memset(look, 0, sizeof *look);
    snprintf(look->firmware, sizeof look->firmware, "%s/firmware",
             build != NULL ? build : "build");
    snprintf(look->plugin, sizeof look->plugin, "%s/libotalab-shim.so",
             build != NULL ? build : "build");
    look->options = (struct run_options){.firmware = look->firmware,
                                         .plugin = look->plugin,
                                         .probe = device};
    recording_init(&look->result.recording);
    int err = scenario_read(file, &look->scenario, &look->diag);

    err = err ? err
              : case_make(&look->given, look->scenario, &look->options,
                          &look->diag);
    err = err ? err
              : run_begin(&look->run, &look->given, &look->result, &look->diag);
    cr_assert_eq(err, 0, "%s: %s", file, look->diag.text);
}

static void leave(struct look *look)
{
    run_end(look->run);
    case_free(&look->given);
    scenario_free(look->scenario);
    run_result_free(&look->result);
}

/* To the end, and what came of it. */
static void end(struct look *look, uint8_t recording[32])
{
    static const struct run_until at_end = {.what = UNTIL_END};

    cr_assert_eq(run_to(look->run, &at_end, &look->diag), 0, "%s",
                 look->diag.text);
    run_judge(look->run);
    recording_digest(&look->result.recording, recording);
    leave(look);
}

static void go(struct look *look, uint64_t from, uint64_t event)
{
    struct run_until until = {.what = UNTIL_EVENT, .sequence = event};
    bool exact = false;

    cr_assert_eq(probe_go(look->run, from, &until, &exact, &look->diag), 0,
                 "event %u: %s", (unsigned)event, look->diag.text);
    cr_assert(exact, "event %u", (unsigned)event);
}

static struct probe_cpu registers_of(struct look *look)
{
    struct probe_cpu registers;

    cr_assert_eq(probe_registers(look->run, &registers, &look->diag), 0, "%s",
                 look->diag.text);
    return registers;
}

/* Steps as long as it stands; returns how many moved the program counter. */
static unsigned step(struct look *look, unsigned steps)
{
    unsigned moved = 0;

    for (unsigned i = 0; i < steps && probe_stands(look->run); i++) {
        uint32_t before = registers_of(look).r[15];

        cr_assert_eq(probe_step(look->run, &look->diag), 0, "%s",
                     look->diag.text);
        if (probe_stands(look->run)) {
            moved += registers_of(look).r[15] != before;
        }
    }
    return moved;
}

static void check(const char *file, unsigned device, const uint64_t *event)
{
    uint8_t plain[32];
    uint8_t probed[32];
    struct look look;

    begin(&look, file, 0);
    end(&look, plain);
    for (; *event != 0; event++) {
        struct probe_cpu first;
        struct probe_cpu second;

        begin(&look, file, device);
        go(&look, 0, *event);
        first = registers_of(&look);
        leave(&look);
        begin(&look, file, device);
        go(&look, *event > 24 ? *event - 24 : 0, *event);
        second = registers_of(&look);
        cr_assert_arr_eq(&first, &second, sizeof first, "%s: event %u", file,
                         (unsigned)*event);
        cr_assert_gt(step(&look, STEPS), STEPS / 2);
        end(&look, probed);
        cr_assert_arr_eq(probed, plain, 32, "%s: event %u, stepped", file,
                         (unsigned)*event);
    }
}

Test(probe, the_registers_are_the_same_and_the_run_goes_on)
{
    static const uint64_t events[] = {1, 40, 0};

    check("scenarios/boot/ab-good.yaml", 1, events);
}

/* From the flash operation that is cut to the ROM's first loops. */
Test(probe, a_step_goes_through_a_power_cut)
{
    static const uint64_t events[] = {33, 0};

    check("scenarios/power/power-cut-journal.yaml", 1, events);
}

/* While one is stopped and stepped, the other runs when it is its turn. */
Test(probe, a_device_of_several_is_stepped)
{
    static const uint64_t events[] = {60, 0};

    check("scenarios/fleet/ota-two-devices.yaml", 2, events);
}

/* Whole blocks up to the last command: it may have read an answer that was not
 * given yet. */
Test(probe, a_cpu_that_may_have_run_on_is_not_shown)
{
    struct run_until until = {.what = UNTIL_EVENT, .sequence = 40};
    struct look look;
    bool exact = true;

    begin(&look, "scenarios/boot/ab-good.yaml", 1);
    cr_assert_eq(probe_go(look.run, 40, &until, &exact, &look.diag), 0, "%s",
                 look.diag.text);
    cr_assert_not(exact);
    cr_assert_not(probe_stands(look.run));
    leave(&look);
}

Test(probe, the_end_of_a_run_is_no_step)
{
    struct look look;
    uint8_t recording[32];

    begin(&look, "scenarios/boot/ab-good.yaml", 1);
    go(&look, 60, 86);
    step(&look, 4 * STEPS);
    cr_assert_not(probe_stands(look.run));
    cr_assert(run_over(look.run));
    end(&look, recording);
}
