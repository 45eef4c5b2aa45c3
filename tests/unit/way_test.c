/* SPDX-License-Identifier: MIT */
/* Ways to run a scenario: what they change, and what they refuse. */
#include "scenario/way.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define HEAD                                             \
    "scenario: t\ntitle: t\n"                            \
    "images:\n  factory: {build: app, version: 1.2.0}\n" \
    "  update: {build: humidity, version: 1.3.0}\n"
#define RESCUE "  rescue: {build: recovery, version: 1.0.0}\n"
#define LINK "network: {rate: 60kbit/s, latency: 40ms}\n"
#define PLACES "flash: {slot-a: factory, recovery: rescue}\n"
#define PUBLISH \
    "steps:\n  - on: {event: app.ready}\n    do: {publish: update}\n"
#define EXPECT                            \
    "expect:\n"                           \
    "  - always: {executed: authentic}\n" \
    "  - eventually: {running: update, confirmed: true}\n"
#define GOOD HEAD RESCUE LINK PLACES PUBLISH EXPECT

static struct diag diag;
static struct scenario *scenario;

static int run_as(const char *text, const char *way)
{
    diag.text[0] = '\0';
    cr_assert_eq(scenario_parse(text, strlen(text), "t.yaml", &scenario, &diag),
                 0, "%s", diag.text);
    return scenario_as(scenario, way, &diag);
}

static void expect_refused(const char *text, const char *way, const char *words)
{
    cr_expect_eq(run_as(text, way), OTALAB_ERR_USAGE, "accepted: %s", way);
    cr_expect_not_null(strstr(diag.text, words), "%s", diag.text);
    scenario_free(scenario);
}

static bool has_place(const char *partition)
{
    for (unsigned i = 0; i < scenario->places; i++) {
        if (strcmp(scenario->flash[i].partition, partition) == 0) {
            return true;
        }
    }
    return false;
}

Test(way, each_is_found_by_its_name)
{
    unsigned count = 0;

    for (; way_at(count) != NULL; count++) {
        cr_expect_eq(way_find(way_at(count)->name), way_at(count));
        cr_expect_lt(strlen(way_at(count)->name), SCENARIO_WAY);
    }
    cr_expect_eq(count, 16);
    cr_expect_null(way_find("a"));
    cr_expect_null(way_find("ab-"));
}

Test(way, ab_changes_nothing_but_the_name)
{
    cr_assert_eq(run_as(GOOD, "ab"), 0, "%s", diag.text);
    cr_expect_eq(scenario->mechanism, BOARD_AB);
    cr_expect_eq(scenario->deltas, 0);
    cr_expect_eq(scenario->expects, 2);
    cr_expect(has_place("recovery"));
    cr_expect_str_eq(scenario->way, "ab");
    scenario_free(scenario);
}

Test(way, delta_has_a_patch)
{
    cr_assert_eq(run_as(GOOD, "ab-delta"), 0, "%s", diag.text);
    cr_expect_eq(scenario->mechanism, BOARD_AB);
    cr_expect_eq(scenario->deltas, 1);
    scenario_free(scenario);
}

Test(way, recovery_keeps_its_image_and_unsafe_has_none)
{
    cr_assert_eq(run_as(GOOD, "recovery"), 0, "%s", diag.text);
    cr_expect_eq(scenario->mechanism, BOARD_RECOVERY);
    cr_expect(has_place("recovery"));
    scenario_free(scenario);
    cr_assert_eq(run_as(GOOD, "unsafe"), 0, "%s", diag.text);
    cr_expect_eq(scenario->mechanism, BOARD_UNSAFE);
    cr_expect_not(has_place("recovery"));
    cr_expect(has_place("slot-a"));
    scenario_free(scenario);
}

Test(way, crash_replaces_the_published_program_and_expects_no_update)
{
    cr_assert_eq(run_as(GOOD, "unsafe-crash"), 0, "%s", diag.text);
    cr_expect_str_eq(scenario->image[0].build, "app");
    cr_expect_str_eq(scenario->image[1].build, "crash_start");
    cr_expect_eq(scenario->expects, 1);
    cr_expect_eq(scenario->expect[0].kind, EXPECT_ALWAYS_AUTHENTIC);
    scenario_free(scenario);
}

Test(way, what_does_not_fit_is_refused)
{
    expect_refused(GOOD, "safe", "no way 'safe'");
    expect_refused(HEAD LINK "flash: {slot-a: factory}\n" PUBLISH EXPECT,
                   "recovery", "no image in recovery");
    expect_refused(HEAD RESCUE LINK
                   "flash: {slot-a: factory, slot-b: update, recovery: "
                   "rescue}\n" EXPECT,
                   "ab", "publishes no update");
    expect_refused("mechanism: unsafe\n" HEAD LINK
                   "flash: {slot-a: factory}\n" PUBLISH EXPECT,
                   "ab", "chooses its mechanism");
    expect_refused("deltas: 2\n" GOOD, "ab", "chooses its mechanism");
    expect_refused("devices: 2\n" GOOD, "ab", "several devices");
    expect_refused(GOOD "  - at_end: {slot-b: update}\n", "unsafe",
                   "something of slot-a");
}
