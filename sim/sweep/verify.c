/* SPDX-License-Identifier: MIT */
#include "sweep/verify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "sweep/check.h"
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

/* The same flash; without the accelerator only what does not depend on time. */
static bool agrees(const struct explorer *explorer,
                   const struct graph_node *end, enum sweep_check_kind kind,
                   const struct run_result *result)
{
    if (end->state == NODE_FAILS) {
        return result->verdict != RUN_PASSED;
    }
    if (result->verdict != RUN_PASSED || result->devices == 0 ||
        result->device[0].flash == NULL) {
        return false;
    }
    return kind == CHECK_SOFTWARE
               ? check_left(result->device[0].flash, &result->device[0].otp,
                            &explorer->given->map) == end->left
               : flash_hash(result->device[0].flash) == end->content;
}

/* Software takes longer, so nothing may depend on how long things take. */
static void without_accelerator(struct scenario *scenario)
{
    scenario->accelerator = 0;
    for (unsigned i = 0; i < scenario->expects; i++) {
        scenario->expect[i].within_ns = 0;
    }
}

/* `scenario` is a copy of the sweep's. */
static int replay(struct explorer *explorer, struct scenario *scenario,
                  const struct sample *sample, enum sweep_check_kind kind,
                  bool hard, struct diag *diag)
{
    struct run_options options = *explorer->given->options;
    const struct graph_node *end =
        end_of(&explorer->graph, sample->effect->node);
    struct run_result result;
    char fault[TOKEN_FAULT_SIZE];

    options.hard_cuts = hard;
    if (kind == CHECK_SOFTWARE) {
        without_accelerator(scenario);
    }
    family_fault(&sample->position->place, sample->effect->form,
                 sample->effect->draw, fault, sizeof fault);
    int err = scenario_add_fault(scenario, fault, diag);

    if (err) {
        return err;
    }
    err = run_scenario(scenario, &options, &result, diag);
    if (err == 0 && result.verdict != RUN_INTERRUPTED) {
        err = check_count(explorer->sweep, kind,
                          agrees(explorer, end, kind, &result), fault, NULL,
                          NULL, diag);
    }
    run_result_free(&result);
    return err;
}

static int replay_copy(struct explorer *explorer, const struct sample *sample,
                       enum sweep_check_kind kind, bool hard, struct diag *diag)
{
    struct scenario *copy = malloc(sizeof *copy);

    if (copy == NULL) {
        return diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory");
    }
    *copy = *explorer->given->scenario;
    int err = replay(explorer, copy, sample, kind, hard, diag);

    free(copy);
    return err;
}

/* `stream` names the random numbers that choose. */
static int draw(struct explorer *explorer, enum sweep_check_kind kind,
                bool merged, const char *stream, uint32_t count,
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
    rng_init(&rng, explorer->options->seed, stream);
    for (uint32_t i = 0; i < count && all > 0 && err == 0; i++) {
        bool hard = kind == CHECK_REPLAY && i % 2 == 1;

        err = replay_copy(explorer, &list[rng_below(&rng, all)], kind, hard,
                          diag);
    }
    free(list);
    return err;
}

/* Whether a scenario says something about the accelerator, and needs it. */
static bool needs_accelerator(const struct scenario *scenario)
{
    for (unsigned i = 0; i < scenario->steps; i++) {
        for (unsigned k = 0; k < scenario->step[i].actions; k++) {
            if (scenario->step[i].action[k].kind == ACTION_ACCELERATOR) {
                return true;
            }
        }
    }
    return false;
}

int verify_sample(struct explorer *explorer, struct diag *diag)
{
    const struct scenario *scenario = explorer->given->scenario;
    uint32_t count =
        explorer->sweep->interrupted ? 0 : explorer->options->check;
    int err = draw(explorer, CHECK_REPLAY, true, "merged", count / 2, diag);

    err = err ? err
              : draw(explorer, CHECK_REPLAY, false, "cases", count - count / 2,
                     diag);
    if (err || scenario->accelerator == 0 || needs_accelerator(scenario)) {
        return err;
    }
    return draw(explorer, CHECK_SOFTWARE, false, "software", count, diag);
}
