/* SPDX-License-Identifier: MIT */
#include "sweep/verify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "sweep/family.h"

/* One effect of the clean run. */
struct sample {
    const struct sweep_position *position;
    const struct sweep_effect *effect;
};

/* The effects that were run here and led to a known node (`merged`), or to a new
 * one. Returns their number; `list` may be NULL. */
static size_t collect(const struct sweep *sweep, bool merged,
                      struct sample *list)
{
    size_t count = 0;

    for (size_t i = 0; i < sweep->positions; i++) {
        const struct sweep_position *position = &sweep->position[i];

        for (unsigned k = 0; k < position->effects; k++) {
            const struct sweep_effect *effect = &position->effect[k];

            if (effect->end == SWEEP_OPEN || effect->merged != merged) {
                continue;
            }
            if (list != NULL) {
                list[count] = (struct sample){position, effect};
            }
            count++;
        }
    }
    return count;
}

/* Where the recovery ends if nothing else is cut. */
static const struct graph_node *end_of(const struct graph *graph,
                                       uint32_t number)
{
    while (graph->node[number].state == NODE_GOES) {
        number = graph->node[number].next;
    }
    return &graph->node[number];
}

static bool agrees(const struct graph_node *end,
                   const struct run_result *result)
{
    if (end->state == NODE_FAILS) {
        return result->verdict != RUN_PASSED;
    }
    return result->verdict == RUN_PASSED && result->devices > 0 &&
           result->device[0].flash != NULL &&
           flash_hash(result->device[0].flash) == end->content;
}

static int keep_difference(struct explorer *explorer, const char *fault,
                           struct diag *diag)
{
    struct sweep *sweep = explorer->sweep;
    struct token token = sweep->token;

    token.recording[0] = '\0';
    sweep->counts.differed++;
    if (sweep->differs != NULL) {
        return 0;
    }
    int err = token_add_fault(&token, fault, diag);

    sweep->differs = malloc(TOKEN_MAX);
    if (err == 0 && sweep->differs != NULL) {
        (void)token_print(&token, sweep->differs, TOKEN_MAX);
    }
    return err;
}

/* `scenario` is a copy of the sweep's. */
static int replay(struct explorer *explorer, struct scenario *scenario,
                  const struct sample *sample, bool hard, struct diag *diag)
{
    struct run_options options = *explorer->given->options;
    struct run_result result;
    char fault[TOKEN_FAULT_SIZE];

    options.hard_cuts = hard;
    family_fault(&sample->position->place, sample->effect->form,
                 sample->effect->draw, fault, sizeof fault);
    int err = scenario_add_fault(scenario, fault, diag);

    if (err) {
        return err;
    }
    err = run_scenario(scenario, &options, &result, diag);
    if (err == 0 && result.verdict != RUN_INTERRUPTED) {
        explorer->sweep->counts.checked++;
        if (!agrees(end_of(&explorer->graph, sample->effect->node), &result)) {
            err = keep_difference(explorer, fault, diag);
        }
    }
    run_result_free(&result);
    return err;
}

static int replay_copy(struct explorer *explorer, const struct sample *sample,
                       bool hard, struct diag *diag)
{
    struct scenario *copy = malloc(sizeof *copy);

    if (copy == NULL) {
        return diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory");
    }
    *copy = *explorer->given->scenario;
    int err = replay(explorer, copy, sample, hard, diag);

    free(copy);
    return err;
}

static int draw(struct explorer *explorer, bool merged, uint32_t count,
                struct diag *diag)
{
    size_t all = collect(explorer->sweep, merged, NULL);
    struct sample *list = malloc((all + 1) * sizeof *list);
    struct rng rng;
    int err = 0;

    if (list == NULL) {
        return diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory");
    }
    (void)collect(explorer->sweep, merged, list);
    rng_init(&rng, explorer->options->seed, merged ? "merged" : "cases");
    for (uint32_t i = 0; i < count && all > 0 && err == 0; i++) {
        err = replay_copy(explorer, &list[rng_below(&rng, all)], i % 2 == 1,
                          diag);
    }
    free(list);
    return err;
}

int verify_sample(struct explorer *explorer, struct diag *diag)
{
    uint32_t count =
        explorer->sweep->interrupted ? 0 : explorer->options->check;
    int err = draw(explorer, true, count / 2, diag);

    return err ? err : draw(explorer, false, count - count / 2, diag);
}
