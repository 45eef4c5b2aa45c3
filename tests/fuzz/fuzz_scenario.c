/* SPDX-License-Identifier: MIT */
/*
 * The scenario reader against arbitrary text: a whole file, or, when the
 * first byte is '@', a single fault. It never crashes, says something
 * whenever it refuses, and what it accepts keeps its bounds.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/scenario.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* With all that a fault may be about. */
static const char smallest[] = "scenario: x\ntitle: t\ndevices: 2\n"
                               "network: {kind: nb-iot}\nbattery: {}\n"
                               "images: {a: {build: app, version: 1.0.0}}\n"
                               "flash: {slot-a: a}\n"
                               "expect: [never: {event: cpu.fault}]\n";

#define HOLDS(condition)                                       \
    do {                                                       \
        if (!(condition)) {                                    \
            fprintf(stderr, "%d: %s\n", __LINE__, #condition); \
            abort();                                           \
        }                                                      \
    } while (0)

#define ENDS(array) (memchr((array), '\0', sizeof(array)) != NULL)

/* Nothing here may be refused by the model. */
static void check_network(const struct scenario_network *network)
{
    static struct link link;

    HOLDS(link_init(&link, &network->way[LINK_UP], &network->way[LINK_DOWN], 1,
                    "link") == 0);
}

static void check_battery(const struct scenario_battery *battery)
{
    static struct battery model;

    HOLDS(battery->charge <= BATTERY_FULL);
    HOLDS(battery_init(&model, &battery->figures, battery->charge, 0) == 0);
}

static void check_action(const struct action *action,
                         const struct scenario *scenario)
{
    HOLDS(ENDS(action->text) && ENDS(action->partition));
    HOLDS(ENDS(action->publish.image) && ENDS(action->publish.version));
    HOLDS(ENDS(action->publish.key));
    check_network(&action->network);
    HOLDS(action->kind < ACTION_PUBLISH || action->kind == ACTION_CHARGE ||
          scenario->network.given);
    HOLDS(action->kind != ACTION_CHARGE || scenario->battery.given);
    if (action->kind == ACTION_MISBEHAVE) {
        static struct server server;

        HOLDS(server_misbehave(&server,
                               (enum server_fault_kind)action->fault_kind,
                               &action->fault) == 0);
        HOLDS(action->fault_kind != SERVER_OTHER_IMAGE ||
              action->fault.value < scenario->images);
    }
}

static void check_step(const struct step *step, const struct scenario *scenario)
{
    HOLDS(step->device <= scenario->devices);
    HOLDS(step->on.device <= scenario->devices);
    HOLDS(step->actions > 0 && step->actions <= SCENARIO_ACTIONS);
    HOLDS(step->on.fields <= EVENT_FIELDS);
    HOLDS(step->on.code < EVENT_COUNT);
    HOLDS(step->timed || step->on.nth > 0);
    for (unsigned i = 0; i < step->on.fields; i++) {
        HOLDS(step->on.want[i].field < EVENT_FIELDS);
        HOLDS(ENDS(step->on.want[i].text));
    }
    for (unsigned i = 0; i < step->actions; i++) {
        check_action(&step->action[i], scenario);
        HOLDS(step->action[i].done <= 1000);
        HOLDS(step->action[i].bit <= 7);
        HOLDS(step->action[i].fill <= 0x100);
        HOLDS(step->action[i].form < FLASH_FORM_COUNT);
    }
}

static void check_scenario(const struct scenario *scenario)
{
    HOLDS(ENDS(scenario->name) && ENDS(scenario->title));
    HOLDS(scenario->images <= SCENARIO_IMAGES);
    HOLDS(scenario->places <= SCENARIO_PLACES);
    HOLDS(scenario->steps <= SCENARIO_STEPS);
    HOLDS(scenario->expects > 0 && scenario->expects <= SCENARIO_EXPECTS);
    for (unsigned i = 0; i < scenario->images; i++) {
        HOLDS(scenario->image[i].edits <= SCENARIO_EDITS);
        HOLDS(ENDS(scenario->image[i].name) && ENDS(scenario->image[i].key));
    }
    HOLDS(scenario->devices >= 1 && scenario->devices <= SCENARIO_DEVICES);
    HOLDS(scenario->clock_ms < 24u * 3600u * 1000u);
    HOLDS(scenario->properties <= SCENARIO_PROPERTIES);
    for (unsigned i = 0; i < scenario->properties; i++) {
        HOLDS(scenario->property[i].path[0] == '/');
        HOLDS(ENDS(scenario->property[i].path));
    }
    check_network(&scenario->network);
    check_battery(&scenario->battery);
    for (unsigned i = 0; i < scenario->steps; i++) {
        check_step(&scenario->step[i], scenario);
    }
    for (unsigned i = 0; i < scenario->expects; i++) {
        HOLDS(scenario->expect[i].pattern.fields <= EVENT_FIELDS);
        HOLDS(ENDS(scenario->expect[i].text));
        HOLDS(scenario->expect[i].device <= scenario->devices);
        HOLDS(scenario->expect[i].within_ns <= scenario->limit_ns);
    }
}

static void try_fault(const uint8_t *data, size_t size)
{
    struct scenario *scenario = NULL;
    struct diag diag = {.text = ""};
    char *text = malloc(size + 1u);

    HOLDS(text != NULL);
    memcpy(text, data, size);
    text[size] = '\0';
    HOLDS(scenario_parse(smallest, sizeof smallest - 1u, "x", &scenario,
                         &diag) == 0);
    if (scenario_add_fault(scenario, text, &diag) == 0) {
        HOLDS(scenario->steps == 1);
        check_scenario(scenario);
    } else {
        HOLDS(scenario->steps == 0 && diag.text[0] != '\0');
    }
    scenario_free(scenario);
    free(text);
}

static void try_file(const uint8_t *data, size_t size)
{
    struct scenario *scenario = NULL;
    struct diag diag = {.text = ""};

    if (scenario_parse((const char *)data, size, "x", &scenario, &diag) == 0) {
        HOLDS(scenario != NULL && diag.text[0] == '\0');
        check_scenario(scenario);
    } else {
        HOLDS(scenario == NULL && diag.text[0] != '\0');
    }
    scenario_free(scenario);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 0 && data[0] == '@') {
        try_fault(data + 1, size - 1u);
    } else {
        try_file(data, size);
    }
    return 0;
}
