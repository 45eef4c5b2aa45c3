/* SPDX-License-Identifier: MIT */
/* A sweep replays its cases from power-on: a random form comes back, and a case
 * that ends otherwise is found. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/case.h"
#include "sweep/check.h"
#include "sweep/explore.h"
#include "sweep/family.h"
#include "sweep/verify.h"

#define POSITION 3u /* a program of the journal: what is torn stays there */

struct stage {
    struct scenario *scenario;
    struct run_options run;
    struct sweep_options options;
    struct sweep sweep;
    struct run_case given;
    struct run_result result;
    struct explorer explorer;
    char firmware[512];
    char plugin[512];
};

static struct stage stage;

/* One form of the family at one position, and a random one. */
static void set_up(void)
{
    const char *build = getenv("OTALAB_BUILD");
    struct diag diag = {0};

    build = build != NULL ? build : "build";
    snprintf(stage.firmware, sizeof stage.firmware, "%s/firmware", build);
    snprintf(stage.plugin, sizeof stage.plugin, "%s/libotalab-shim.so", build);
    stage.run = (struct run_options){.firmware = stage.firmware,
                                     .plugin = stage.plugin,
                                     .unrecorded = true};
    stage.options = (struct sweep_options){.run = &stage.run,
                                           .kinds = SWEEP_POWER,
                                           .family = "bits",
                                           .sample = 1,
                                           .depth = 1,
                                           .first = POSITION,
                                           .last = POSITION,
                                           .shards = 1,
                                           .seed = 1,
                                           .check = 4};
    cr_assert_eq(scenario_read("scenarios/sweep/sweep-boot.yaml",
                               &stage.scenario, &diag),
                 0, "%s", diag.text);
    cr_assert_eq(scenario_add_fault(stage.scenario, "pauses@0s", &diag), 0);
    cr_assert_eq(case_make(&stage.given, stage.scenario, &stage.run, &diag), 0,
                 "%s", diag.text);
    stage.explorer = (struct explorer){.options = &stage.options,
                                       .sweep = &stage.sweep,
                                       .given = &stage.given};
    cr_assert_eq(run_begin(&stage.explorer.run, &stage.given, &stage.result,
                           &diag),
                 0, "%s", diag.text);
    cr_assert_eq(explore(&stage.explorer, &diag), 0, "%s", diag.text);
    stage.sweep.token = stage.result.token;
    run_end(stage.explorer.run);
    struct sweep_position *position = &stage.sweep.position[POSITION - 1];

    cr_assert_eq(position->effects, 2);
    for (unsigned i = 0; i < position->effects; i++) {
        position->effect[i].end = SWEEP_SAME; /* judged */
    }
}

static void tear_down(void)
{
    explore_free(&stage.explorer);
    run_result_free(&stage.result);
    case_free(&stage.given);
    sweep_free(&stage.sweep);
    scenario_free(stage.scenario);
}

TestSuite(sweep_check, .init = set_up, .fini = tear_down);

static void verify(void)
{
    struct diag diag = {0};

    cr_assert_eq(verify_sample(&stage.explorer, &diag), 0, "%s", diag.text);
    /* no case is merged here, so half as many as asked for */
    cr_expect_eq(stage.sweep.check[CHECK_REPLAY].cases, 2);
}

Test(sweep_check, cases_end_as_before)
{
    verify();
    cr_expect_eq(check_differed(&stage.sweep), 0);
}

Test(sweep_check, a_case_that_ends_otherwise_is_found)
{
    for (size_t i = 0; i < stage.explorer.graph.nodes; i++) {
        stage.explorer.graph.node[i].content ^= 1;
    }
    verify();
    cr_expect_eq(stage.sweep.check[CHECK_REPLAY].differed, 2);
    cr_expect_not_null(strstr(stage.sweep.check[CHECK_REPLAY].token,
                              "power_cut@flash.program"));
    cr_expect_eq(check_differed(&stage.sweep), 2, "only the replays");
}

/* The flash at the end of a run with that cut. */
static uint64_t flash_after(const struct sweep_effect *effect, uint32_t draw)
{
    struct scenario *copy = malloc(sizeof *copy);
    struct run_result result;
    struct diag diag = {0};
    char fault[TOKEN_FAULT_SIZE];

    cr_assert_not_null(copy);
    *copy = *stage.scenario;
    family_fault(&stage.sweep.position[POSITION - 1].place, effect->form, draw,
                 fault, sizeof fault);
    cr_assert_eq(scenario_add_fault(copy, fault, &diag), 0, "%s", diag.text);
    cr_assert_eq(run_scenario(copy, &stage.run, &result, &diag), 0, "%s",
                 diag.text);
    uint64_t hash = flash_hash(result.device[0].flash);

    run_result_free(&result);
    free(copy);
    return hash;
}

Test(sweep_check, a_random_form_comes_back)
{
    const struct sweep_effect *effect =
        &stage.sweep.position[POSITION - 1].effect[1];
    uint32_t number = effect->node;

    cr_assert(effect->form->random);
    cr_assert_neq(effect->draw, 0);
    while (stage.explorer.graph.node[number].state == NODE_GOES) {
        number = stage.explorer.graph.node[number].next;
    }
    uint64_t found = stage.explorer.graph.node[number].content;

    cr_expect_eq(flash_after(effect, effect->draw), found);
    cr_expect_neq(flash_after(effect, effect->draw + 1), found);
}
