/* SPDX-License-Identifier: MIT */
/* The live machine: made again at the event shown, and stepped from there. */
#include <inttypes.h>
#include <stdlib.h>

#include "tui/acts_parts.h"

#define MORE 10u

static void say_state(struct model *model)
{
    const struct cpu_facts *facts = cpu_facts(model->cpu);

    if (facts->state == CPU_REBUILDING) {
        model_say(model, SCREEN_WARN,
                  "rebuilding: %" PRIu64 " of %" PRIu64 " events",
                  facts->reached, facts->at);
    } else if (facts->state == CPU_GONE) {
        model_say(model, SCREEN_WARN, "no live machine: %s", facts->why);
    } else {
        model_say(model, SCREEN_TEXT,
                  "i steps an instruction, I ten, L a line; any move in time "
                  "leaves the machine");
    }
}

void machine_rebuild(struct model *model, unsigned budget_ms)
{
    cpu_go(model->cpu, budget_ms);
    say_state(model);
}

/* At the event shown, unless it is there. */
static int make(struct model *model, struct diag *diag)
{
    const struct scenario *scenario = model_branch(model)->scenario;

    if (model->cpu != NULL) {
        return 0;
    }
    if (scenario == NULL || model->at == 0) {
        model_say(model, SCREEN_WARN,
                  model->at == 0 ? "nothing has happened yet; go to an event "
                                   "first"
                                 : "the scenario's file is not known, so "
                                   "nothing can be run");
        return 0;
    }
    int err = cpu_begin(&model->cpu, scenario, model->where, model->device + 1,
                        &model->event, diag);

    model->cpu_branch = model->branches.current;
    model->cpu_device = model->device;
    if (err == 0) {
        say_state(model);
    }
    return err;
}

int act_machine(struct model *model, const struct order *order)
{
    const char *text = order->argument;
    char *end = NULL;
    unsigned long address = text != NULL ? strtoul(text, &end, 0) : 0;

    if (text != NULL && (*end != '\0' || address > UINT32_MAX)) {
        model_say(model, SCREEN_BAD, "'%s' is no address; try 0x21800000",
                  text);
        return 0;
    }
    model->cpu_address = (uint32_t)address;
    model->pane = PANE_LIVE;
    return make(model, order->diag);
}

static bool has_machine(struct model *model)
{
    bool there =
        model->cpu != NULL && cpu_facts(model->cpu)->state == CPU_STANDS;

    model->pane = PANE_LIVE;
    if (!there) {
        model_say(model, SCREEN_WARN,
                  "there is no live machine here; m makes one");
    }
    return there;
}

int machine_show_stack(struct model *model)
{
    if (has_machine(model)) {
        model->cpu_address = cpu_facts(model->cpu)->now.r[13];
    }
    return 0;
}

static int step(struct model *model, unsigned steps)
{
    if (has_machine(model)) {
        cpu_step(model->cpu, steps);
        say_state(model);
    }
    return 0;
}

int act_step(struct model *model, const struct order *order)
{
    unsigned long steps =
        order->argument != NULL ? strtoul(order->argument, NULL, 10) : 1;

    if (steps < 1 || steps > CPU_FAR) {
        model_say(model, SCREEN_BAD, "give a number from 1 to %u", CPU_FAR);
        return 0;
    }
    return step(model, (unsigned)steps);
}

int act_step_more(struct model *model, const struct order *order)
{
    (void)order;
    return step(model, MORE);
}

int act_step_line(struct model *model, const struct order *order)
{
    (void)order;
    if (has_machine(model)) {
        cpu_step_line(model->cpu);
        say_state(model);
    }
    return 0;
}
