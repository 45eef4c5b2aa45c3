/* SPDX-License-Identifier: MIT */
/*
 * Power is cut at every operation that changes flash or fuses while an update
 * is asked for, tried, confirmed and committed, and while a bad one is rolled
 * back: at its beginning, in the middle, at its end. The real ROM, bootloader
 * and application have to come through, whatever is torn.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/run.h"

static const char good_update[] =
    "scenario: cuts\n"
    "title: A good update with a cut somewhere\n"
    "limits: {virtual_time: 200s, resets: 20}\n"
    "fuses: {counter: 1}\n"
    "images:\n"
    "  factory: {build: app, version: 1.2.0, counter: 1}\n"
    "  update: {build: app, version: 1.3.0, counter: 3}\n"
    "flash: {slot-a: factory, slot-b: update}\n"
    "steps:\n"
    "  - on: {event: app.ready, version: 1.2.0}\n"
    "    do: {console: 'trial b'}\n"
    "    optional: true\n"
    "  - on: {event: app.ready, version: 1.3.0}\n"
    "    do: {console: 'commit'}\n"
    "    optional: true\n"
    "expect:\n"
    "  - always: {executed: authentic}\n"
    "  - eventually: {confirmed: true}\n";

static const char bad_update[] =
    "scenario: cuts\n"
    "title: A bad update with a cut somewhere\n"
    "limits: {virtual_time: 300s, resets: 20}\n"
    "images:\n"
    "  factory: {build: app, version: 2.0.0}\n"
    "  update: {build: crash_start, version: 2.1.0}\n"
    "flash: {slot-a: factory, slot-b: update}\n"
    "steps:\n"
    "  - on: {event: app.ready, version: 2.0.0}\n"
    "    do: {console: 'trial b'}\n"
    "    optional: true\n"
    "expect:\n"
    "  - always: {executed: authentic}\n"
    "  - never: {event: boot.confirm}\n"
    "  - count: {event: boot.attempt, times: 0..3}\n"
    "  - eventually: {confirmed: true}\n";

static const char *const operations[] = {"flash.program", "flash.erase",
                                         "otp.burn"};
static const char *const effects[] = {"done=0%", "done=50%", "done=99%"};

static void build_path(char *out, size_t size, const char *name)
{
    const char *build = getenv("OTALAB_BUILD");

    snprintf(out, size, "%s/%s", build != NULL ? build : "build", name);
}

/* Run a scenario text with one fault more (or none). */
static int run_text(const char *text, const char *fault,
                    struct run_result *result)
{
    char firmware[512];
    char plugin[512];
    struct diag diag = {0};
    struct scenario *scenario = NULL;
    struct run_options options = {.firmware = firmware, .plugin = plugin};

    memset(result, 0, sizeof *result);
    build_path(firmware, sizeof firmware, "firmware");
    build_path(plugin, sizeof plugin, "libotalab-shim.so");
    int err = scenario_parse(text, strlen(text), "cuts.yaml", &scenario, &diag);
    if (err == 0 && fault != NULL) {
        err = scenario_add_fault(scenario, fault, &diag);
    }
    if (err == 0) {
        err = run_scenario(scenario, &options, result, &diag);
    }
    cr_expect_eq(err, 0, "%s: %s", fault != NULL ? fault : "plain", diag.text);
    scenario_free(scenario);
    return err;
}

/* How often an event stands in the recording. */
static unsigned count_events(const struct run_result *result, const char *name)
{
    char wanted[64];
    unsigned count = 0;
    const char *at = result->recording.bytes;

    snprintf(wanted, sizeof wanted, "\"event\":\"%s\"", name);
    while ((at = strstr(at, wanted)) != NULL) {
        count++;
        at++;
    }
    return count;
}

static void expect_survived(const char *text, const char *fault)
{
    struct run_result result;

    if (run_text(text, fault, &result) == 0) {
        cr_expect_eq(result.verdict, RUN_PASSED, "%s: expected %s, seen %s",
                     fault, result.failure[0].expected, result.failure[0].seen);
        cr_expect_eq(result.counts.cuts_done, 1, "%s: not delivered", fault);
    }
    run_result_free(&result);
}

/* Every ordinal of one kind of operation, with every effect. */
static void cut_everywhere(const char *text, const char *operation)
{
    struct run_result plain;

    cr_assert_eq(run_text(text, NULL, &plain), 0);
    cr_assert_eq(plain.verdict, RUN_PASSED,
                 "without a cut: expected %s, "
                 "seen %s",
                 plain.failure[0].expected, plain.failure[0].seen);
    unsigned count = count_events(&plain, operation);
    run_result_free(&plain);
    cr_assert_gt(count, 0, "no %s to cut", operation);
    for (unsigned nth = 1; nth <= count; nth++) {
        for (size_t i = 0; i < sizeof effects / sizeof effects[0]; i++) {
            char fault[128];

            snprintf(fault, sizeof fault, "power_cut@%s,nth=%u,%s", operation,
                     nth, effects[i]);
            expect_survived(text, fault);
        }
    }
}

Test(cuts, at_every_program_of_a_good_update, .timeout = 600)
{
    cut_everywhere(good_update, operations[0]);
}

Test(cuts, at_every_erase_of_a_good_update, .timeout = 600)
{
    cut_everywhere(good_update, operations[1]);
}

Test(cuts, at_every_fuse_burn_of_a_good_update, .timeout = 600)
{
    cut_everywhere(good_update, operations[2]);
}

Test(cuts, at_every_program_of_a_rollback, .timeout = 600)
{
    cut_everywhere(bad_update, operations[0]);
}

Test(cuts, at_every_erase_of_a_rollback, .timeout = 600)
{
    cut_everywhere(bad_update, operations[1]);
}
