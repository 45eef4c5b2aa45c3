/* SPDX-License-Identifier: MIT */
/*
 * The real programs start from flash that an attacker has written: scenarios
 * with one seed after the other (environment: HOSTILE_SEEDS, how many;
 * HOSTILE_FROM, the first). `otalab run hostile-flash --seed N` repeats seed N.
 * Nothing forged may run, and no fuse may go back (rules 2 and 3).
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/case.h"
#include "engine/run.h"

#define SEEDS 200u
#define SEEDS_OF_LOGS 10u /* fewer by this: it takes longer */

struct attack {
    struct scenario *scenario;
    struct run_case given;
    struct run_options options;
    struct run_result result;
    struct run *run;
    struct checkpoint *start;
    struct diag diag;
    char firmware[512];
    char plugin[512];
    unsigned halted; /* seeds after which nothing could boot */
    unsigned worked;
};

static void begin(struct attack *attack, const char *file)
{
    const char *build = getenv("OTALAB_BUILD");

    memset(attack, 0, sizeof *attack);
    snprintf(attack->firmware, sizeof attack->firmware, "%s/firmware",
             build != NULL ? build : "build");
    snprintf(attack->plugin, sizeof attack->plugin, "%s/libotalab-shim.so",
             build != NULL ? build : "build");
    attack->options = (struct run_options){.firmware = attack->firmware,
                                           .plugin = attack->plugin};
    recording_init(&attack->result.recording);
    int err = scenario_read(file, &attack->scenario, &attack->diag);

    err = err ? err
              : case_make(&attack->given, attack->scenario, &attack->options,
                          &attack->diag);
    err = err ? err
              : run_begin(&attack->run, &attack->given, &attack->result,
                          &attack->diag);
    err = err ? err : run_save(attack->run, &attack->start, &attack->diag);
    cr_assert_eq(err, 0, "%s", attack->diag.text);
}

static void end(struct attack *attack)
{
    checkpoint_leave(attack->start);
    run_end(attack->run);
    case_free(&attack->given);
    scenario_free(attack->scenario);
    run_result_free(&attack->result);
}

/* The scenario's own seed only chooses what the actions fill in. */
static void set_seed(struct attack *attack, uint64_t seed)
{
    for (unsigned i = 0; i < attack->scenario->steps; i++) {
        for (unsigned k = 0; k < attack->scenario->step[i].actions; k++) {
            attack->scenario->step[i].action[k].seed = seed;
        }
    }
}

static void try(struct attack *attack, uint64_t seed)
{
    static const struct run_until at_end = {.what = UNTIL_END};
    const struct run_result *result = &attack->result;

    set_seed(attack, seed);
    int err = run_restore(attack->run, attack->start, &attack->diag);

    err = err ? err : run_to(attack->run, &at_end, &attack->diag);
    cr_assert_eq(err, 0, "seed %u: %s", (unsigned)seed, attack->diag.text);
    run_judge(attack->run);
    cr_expect_eq(result->verdict, RUN_PASSED, "seed %u: %s, seen %s",
                 (unsigned)seed, result->failure[0].expected,
                 result->failure[0].seen);
    bool halted = run_world(attack->run)->device[0].board.halted;

    attack->halted += halted;
    attack->worked += !halted;
}

static unsigned number(const char *name, unsigned usual)
{
    const char *given = getenv(name);

    return given != NULL ? (unsigned)atoi(given) : usual;
}

/* Every `stride`-th seed, from the `start`-th. */
static void attack(const char *file, unsigned start, unsigned stride,
                   struct attack *out)
{
    unsigned count = number("HOSTILE_SEEDS", SEEDS);
    unsigned first = number("HOSTILE_FROM", 1);

    begin(out, file);
    for (unsigned i = start; i < count; i += stride) {
        try(out, first + i);
    }
    end(out);
}

/* An attack that always or never stops the device tries too little. */
static void attack_flash(unsigned half)
{
    struct attack *made = malloc(sizeof *made);

    cr_assert_not_null(made);
    attack("scenarios/attack/hostile-flash.yaml", half, 2, made);
    cr_expect_gt(made->halted, 0);
    cr_expect_gt(4 * made->worked, made->halted);
    free(made);
}

Test(hostile, flash_of_odd_seeds)
{
    attack_flash(0);
}

Test(hostile, flash_of_even_seeds)
{
    attack_flash(1);
}

Test(hostile, logs)
{
    struct attack *made = malloc(sizeof *made);

    cr_assert_not_null(made);
    attack("scenarios/attack/hostile-logs.yaml", 0, SEEDS_OF_LOGS, made);
    cr_expect_gt(made->worked, 0);
    free(made);
}
