/* SPDX-License-Identifier: MIT */
#include "sweep/sweep.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/core.h"
#include "engine/case.h"
#include "engine/run.h"
#include "sweep/between.h"
#include "sweep/explore.h"
#include "sweep/family.h"
#include "sweep/find.h"
#include "sweep/verify.h"
#include "sweep/worst.h"

#define PAUSES "pauses@0s"

/* ---- the scenario of a sweep ---------------------------------------------- */

/* Whether an expectation must hold whatever was cut. Counts, events and values
 * at the end describe the clean run: a cut may change them. */
static bool is_judged(const struct expect *expect)
{
    if (expect->swept >= 0) {
        return expect->swept != 0;
    }
    return expect->kind == EXPECT_ALWAYS_AUTHENTIC ||
           expect->kind == EXPECT_NEVER ||
           (expect->kind == EXPECT_EVENTUALLY && !expect->has_event);
}

static unsigned leave_out(struct scenario *scenario)
{
    unsigned kept = 0;
    unsigned all = scenario->expects;

    for (unsigned i = 0; i < all; i++) {
        if (is_judged(&scenario->expect[i])) {
            scenario->expect[kept++] = scenario->expect[i];
        }
    }
    scenario->expects = kept;
    return all - kept;
}

/* ---- what came of it -------------------------------------------------------- */

/* The token of the clean run with the faults on the way to the node. */
static int token_of(const struct explorer *explorer, uint32_t number,
                    struct token *token, struct diag *diag)
{
    uint32_t path[SWEEP_DEPTH_MAX];
    unsigned cuts = 0;
    int err = 0;

    for (; number != SWEEP_NONE; number = explorer->graph.node[number].parent) {
        if (explorer->graph.node[number].form != NULL &&
            cuts < SWEEP_DEPTH_MAX) {
            path[cuts++] = number;
        }
    }
    *token = explorer->sweep->token;
    token->recording[0] = '\0';
    while (cuts > 0 && err == 0) {
        const struct graph_node *node = &explorer->graph.node[path[--cuts]];
        char fault[TOKEN_FAULT_SIZE];

        family_fault(&node->place, node->form, node->draw, fault, sizeof fault);
        err = token_add_fault(token, fault, diag);
    }
    return err;
}

static int add_failure(struct explorer *explorer, uint32_t number,
                       struct diag *diag)
{
    struct sweep *sweep = explorer->sweep;
    const struct graph_node *node = &explorer->graph.node[number];
    struct sweep_failure *grown =
        realloc(sweep->failure, (sweep->failures + 1) * sizeof *grown);
    struct token token;
    int err = token_of(explorer, number, &token, diag);

    if (grown == NULL || err) {
        return err ? err
                   : diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory");
    }
    sweep->failure = grown;
    struct sweep_failure *failure = &grown[sweep->failures++];

    *failure = (struct sweep_failure){.position = node->position,
                                      .cuts = node->depth,
                                      .token = malloc(TOKEN_MAX)};
    memcpy(failure->key, node->key, sizeof failure->key);
    snprintf(failure->text, sizeof failure->text, "%s",
             node->text != NULL ? node->text : "");
    if (failure->token == NULL) {
        return diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory");
    }
    (void)token_print(&token, failure->token, TOKEN_MAX);
    return 0;
}

int sweep_failure_order(const void *a, const void *b)
{
    const struct sweep_failure *left = a;
    const struct sweep_failure *right = b;

    if (left->cuts != right->cuts) {
        return left->cuts < right->cuts ? -1 : 1;
    }
    return left->position < right->position   ? -1
           : left->position > right->position ? 1
                                              : 0;
}

static int list_failures(struct explorer *explorer, struct diag *diag)
{
    int err = 0;

    for (uint32_t i = 0; i < explorer->graph.nodes && err == 0; i++) {
        if (explorer->graph.node[i].state == NODE_FAILS) {
            err = add_failure(explorer, i, diag);
        }
    }
    if (explorer->sweep->failures > 1) {
        qsort(explorer->sweep->failure, explorer->sweep->failures,
              sizeof *explorer->sweep->failure, sweep_failure_order);
    }
    return err;
}

/* ---- recoveries ------------------------------------------------------------ */

/* What the recovery takes if nothing else is cut. */
static void measure(const struct graph *graph, struct sweep_effect *effect)
{
    uint32_t at = effect->node;

    for (size_t i = 0; i < graph->nodes && at != SWEEP_NONE; i++) {
        effect->boots++;
        effect->time_ns += graph->node[at].time_ns;
        effect->left = graph->node[at].left;
        at = graph->node[at].next;
    }
}

static void fill_effects(const struct explorer *explorer)
{
    struct sweep *sweep = explorer->sweep;

    for (size_t i = 0; i < sweep->positions; i++) {
        for (unsigned k = 0; k < sweep->position[i].effects; k++) {
            struct sweep_effect *effect = &sweep->position[i].effect[k];

            if (effect->node == SWEEP_NONE) {
                continue;
            }
            effect->end = explorer->graph.node[effect->node].worst;
            measure(&explorer->graph, effect);
            if (effect->boots > sweep->worst_boots) {
                sweep->worst_boots = effect->boots;
            }
            if (effect->time_ns > sweep->worst_ns) {
                sweep->worst_ns = effect->time_ns;
            }
        }
    }
}

static int sum_up(struct explorer *explorer, struct diag *diag)
{
    if (worst_spread(&explorer->graph, explorer->options->depth) != 0) {
        return diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory");
    }
    fill_effects(explorer);
    for (size_t i = 0; i < explorer->graph.nodes; i++) {
        explorer->sweep->counts.open +=
            explorer->graph.node[i].state == NODE_WAITS;
    }
    return list_failures(explorer, diag);
}

/* ---- the whole ----------------------------------------------------------------- */

static int check_clean(const struct explorer *explorer, struct diag *diag)
{
    const struct graph_node *end = worst_clean(&explorer->graph);

    if (explorer->sweep->interrupted || end->state == NODE_ENDS) {
        return 0;
    }
    return diag_fail(
        diag, OTALAB_ERR_USAGE,
        "%s: does not pass without a power cut (%s); run it first: "
        "otalab run %s",
        explorer->given->scenario->path,
        end->text != NULL ? end->text : "it did not end",
        explorer->given->scenario->name);
}

static int walk(struct explorer *explorer, struct run_result *result,
                struct diag *diag)
{
    int err = run_begin(&explorer->run, explorer->given, result, diag);

    err = err ? err : explore(explorer, diag);
    explorer->sweep->token = result->token;
    run_end(explorer->run);
    explorer->run = NULL;
    err = err ? err : check_clean(explorer, diag);
    err = err ? err : token_add_fault(&explorer->sweep->token, PAUSES, diag);
    return err ? err : sum_up(explorer, diag);
}

static uint32_t largest_image(const struct run_case *given)
{
    size_t size = 0;

    for (unsigned i = 0; i < given->judged.images; i++) {
        size = given->image[i].size > size ? given->image[i].size : size;
    }
    return (uint32_t)size;
}

static int check_find(const struct run_case *given,
                      const struct sweep_find *find, struct diag *diag)
{
    uint32_t size = given->figures.flash.size;

    return find == NULL || find->size == size
               ? 0
               : diag_fail(diag, OTALAB_ERR_USAGE,
                           "the dump has %zu bytes; this scenario's flash has "
                           "%u",
                           find->size, (unsigned)size);
}

/* `scenario` is the sweep's own copy. */
static int sweep_copy(struct scenario *scenario,
                      const struct sweep_options *options, struct sweep *sweep,
                      struct diag *diag)
{
    struct run_options run = *options->run;
    struct explorer explorer = {.options = options, .sweep = sweep};
    struct run_result result = {.verdict = RUN_ERROR};
    struct run_case given = {0};

    run.unrecorded = true;
    run.story = NULL;
    sweep->left_out = leave_out(scenario);
    int err = scenario_add_fault(scenario, PAUSES, diag);

    err = err ? err : case_make(&given, scenario, &run, diag);
    err = err ? err : check_find(&given, options->find, diag);
    explorer.given = &given;
    sweep->image_size = largest_image(&given);
    err = err ? err : walk(&explorer, &result, diag);
    err = err ? err : verify_sample(&explorer, diag);
    err = err ? err : between_sample(&explorer, diag);
    explore_free(&explorer);
    run_result_free(&result);
    case_free(&given);
    return err;
}

int sweep_run(const struct scenario *scenario,
              const struct sweep_options *options, struct sweep *sweep,
              struct diag *diag)
{
    struct scenario *copy = malloc(sizeof *copy);
    int err;

    *sweep = (struct sweep){0};
    if (copy == NULL) {
        return diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory");
    }
    *copy = *scenario;
    if (scenario->devices > 1) {
        err = diag_fail(diag, OTALAB_ERR_USAGE,
                        "%s: a sweep needs a scenario with one device",
                        scenario->path);
    } else {
        err = sweep_copy(copy, options, sweep, diag);
    }
    free(copy);
    return err;
}

void sweep_free(struct sweep *sweep)
{
    for (size_t i = 0; i < sweep->failures; i++) {
        free(sweep->failure[i].token);
    }
    for (size_t i = 0; i < sweep->positions; i++) {
        free(sweep->position[i].effect);
    }
    for (unsigned i = 0; i < SWEEP_CHECKS; i++) {
        free(sweep->check[i].token);
        free(sweep->check[i].other);
    }
    free(sweep->failure);
    free(sweep->position);
    *sweep = (struct sweep){0};
}

enum sweep_end sweep_worst(const struct sweep_position *position)
{
    uint32_t worst = SWEEP_OPEN;

    for (unsigned i = 0; i < position->effects; i++) {
        worst =
            position->effect[i].end > worst ? position->effect[i].end : worst;
    }
    return (enum sweep_end)worst;
}
