/* SPDX-License-Identifier: MIT */
#include "scenario/way.h"

#include <stdio.h>
#include <string.h>

#define CRASH_BUILD "crash_start"

static const struct way ways[] = {
    {"ab", BOARD_AB, 0, BOARD_W25Q, false},
    {"ab-delta", BOARD_AB, 1, BOARD_W25Q, false},
    {"recovery", BOARD_RECOVERY, 0, BOARD_W25Q, false},
    {"unsafe", BOARD_UNSAFE, 0, BOARD_W25Q, false},
    [WAY_PARTS] = {"w25q", BOARD_AB, 0, BOARD_W25Q, false},
    {"stm32l4", BOARD_AB, 0, BOARD_STM32L4, false},
    {"nrf52840", BOARD_AB, 0, BOARD_NRF52840, false},
    {"stm32f4", BOARD_AB, 0, BOARD_STM32F4, false},
    {"ab-crash", BOARD_AB, 0, BOARD_W25Q, true},
    {"ab-delta-crash", BOARD_AB, 1, BOARD_W25Q, true},
    {"recovery-crash", BOARD_RECOVERY, 0, BOARD_W25Q, true},
    {"unsafe-crash", BOARD_UNSAFE, 0, BOARD_W25Q, true},
    {"w25q-crash", BOARD_AB, 0, BOARD_W25Q, true},
    {"stm32l4-crash", BOARD_AB, 0, BOARD_STM32L4, true},
    {"nrf52840-crash", BOARD_AB, 0, BOARD_NRF52840, true},
    {"stm32f4-crash", BOARD_AB, 0, BOARD_STM32F4, true},
};
#define WAYS (sizeof ways / sizeof ways[0])

const struct way *way_at(unsigned index)
{
    return index < WAYS ? &ways[index] : NULL;
}

const struct way *way_find(const char *name)
{
    for (unsigned i = 0; i < WAYS; i++) {
        if (strcmp(ways[i].name, name) == 0) {
            return &ways[i];
        }
    }
    return NULL;
}

static int refuse(const struct scenario *scenario, const char *name,
                  struct diag *diag, const char *why)
{
    return diag_fail(diag, OTALAB_ERR_USAGE, "%s: cannot run as %s: %s",
                     scenario->path, name, why);
}

/* Partitions that a mechanism does not have. */
static bool lacks(const struct way *way, const char *partition)
{
    return (way->mechanism != BOARD_AB && strcmp(partition, "slot-b") == 0) ||
           (way->mechanism == BOARD_UNSAFE &&
            strcmp(partition, "recovery") == 0);
}

static bool places(const struct scenario *scenario, const char *partition)
{
    for (unsigned i = 0; i < scenario->places; i++) {
        if (strcmp(scenario->flash[i].partition, partition) == 0) {
            return true;
        }
    }
    return false;
}

static void drop_places(struct scenario *scenario, const struct way *way)
{
    unsigned kept = 0;

    for (unsigned i = 0; i < scenario->places; i++) {
        if (!lacks(way, scenario->flash[i].partition)) {
            scenario->flash[kept++] = scenario->flash[i];
        }
    }
    scenario->places = kept;
}

/* What the scenario expects of one slot would be wrong with another map. */
static bool expects_slots(const struct scenario *scenario)
{
    for (unsigned i = 0; i < scenario->expects; i++) {
        const struct expect *expect = &scenario->expect[i];

        if (expect->kind == EXPECT_AT_END &&
            (expect->key == END_SLOT_A || expect->key == END_SLOT_B ||
             expect->key == END_RECOVERY)) {
            return true;
        }
    }
    return false;
}

static const struct action *publishes(const struct scenario *scenario)
{
    for (unsigned i = 0; i < scenario->steps; i++) {
        for (unsigned k = 0; k < scenario->step[i].actions; k++) {
            const struct action *action = &scenario->step[i].action[k];

            if (action->kind == ACTION_PUBLISH) {
                return action;
            }
        }
    }
    return NULL;
}

static void crash(struct scenario *scenario, const char *image)
{
    unsigned kept = 0;

    for (unsigned i = 0; i < scenario->images; i++) {
        if (strcmp(scenario->image[i].name, image) == 0) {
            snprintf(scenario->image[i].build, sizeof scenario->image[i].build,
                     "%s", CRASH_BUILD);
        }
    }
    for (unsigned i = 0; i < scenario->expects; i++) {
        if (scenario->expect[i].kind == EXPECT_ALWAYS_AUTHENTIC) {
            scenario->expect[kept++] = scenario->expect[i];
        }
    }
    scenario->expects = kept;
}

int scenario_as(struct scenario *scenario, const char *name, struct diag *diag)
{
    const struct way *way = way_find(name);
    const struct action *publish = publishes(scenario);

    if (way == NULL) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "there is no way '%.40s' to update; it must be "
                         "one of ab, ab-delta, recovery, unsafe, w25q, "
                         "stm32l4, nrf52840, stm32f4, or one of these with "
                         "-crash",
                         name);
    }
    if (scenario->mechanism != BOARD_AB || scenario->deltas != 0 ||
        scenario->part != BOARD_W25Q) {
        return refuse(scenario, name, diag,
                      "it chooses its mechanism, deltas or flash itself");
    }
    if (scenario->devices > 1) {
        return refuse(scenario, name, diag, "it has several devices");
    }
    if (publish == NULL) {
        return refuse(scenario, name, diag, "it publishes no update");
    }
    if (expects_slots(scenario)) {
        return refuse(scenario, name, diag,
                      "it expects something of slot-a, slot-b or recovery");
    }
    if (way->mechanism == BOARD_RECOVERY && !places(scenario, "recovery")) {
        return refuse(scenario, name, diag, "it has no image in recovery");
    }
    scenario->mechanism = way->mechanism;
    scenario->deltas = way->deltas;
    scenario->part = way->part;
    drop_places(scenario, way);
    if (way->crash) {
        crash(scenario, publish->publish.image);
    }
    snprintf(scenario->way, sizeof scenario->way, "%s", way->name);
    return 0;
}
