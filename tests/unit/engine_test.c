/* SPDX-License-Identifier: MIT */
/*
 * The engine on a machine that is none: steps, strikes, power, order of time,
 * expectations, verdicts, forks.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/run.h"
#include "fake_machine.h"
#include "board/trace.h"

#define SECTOR 4096u

static const struct board_figures figures = {
    .flash = {.size = 32 * SECTOR,
              .sector = SECTOR,
              .page = FLASH_PAGE,
              .unit = 1,
              .program_ns = 700000,
              .erase_ns = 45000000,
              .erase_worn_ns = 400000000,
              .endurance = 100000},
    .otp_burn_ns = 50000,
    .watchdog_ms = 5000,
    .battery_mv = 3600,
    .warn_mv = 3000,
    .brown_out_mv = 2700,
};

static const struct board_map map = {
    .count = 4,
    .part = {{"boot-a", 0, SECTOR},
             {"boot-b", SECTOR, SECTOR},
             {"journal", 2 * SECTOR, 4 * SECTOR},
             {"requests", 6 * SECTOR, 2 * SECTOR}},
};

static struct stage {
    struct scenario *scenario;
    struct run_options options;
    struct run_case given;
    struct run_result result;
    struct run *run;
    struct diag diag;
} stage;

/* After each boot: ready, a sector erased, a byte programmed, ten seconds of
 * sleep, again ready. */
static const struct fake_op usual[] = {
    {CTL_TRACE, {TRACE_APP_READY, 1}},
    {CTL_FLASH_ERASE, {6 * SECTOR}},
    {CTL_SYS_SLEEP, {100}},
    {CTL_FLASH_PROGRAM, {6 * SECTOR, 1}},
    {CTL_SYS_SLEEP, {10000}},
    {CTL_TRACE, {TRACE_APP_READY, 2}},
    {CTL_SYS_SLEEP, {20000}},
    {0, {0}},
};

/* `body` follows the first keys of a scenario. */
static void begin(const char *body)
{
    char text[2000];

    snprintf(text, sizeof text,
             "scenario: test\ntitle: t\n"
             "images: {factory: {build: app, version: 1.2.0}}\n"
             "flash: {slot-a: factory}\nallow: [brick]\n"
             "limits: {virtual_time: 100s, resets: 3}\n%s%s",
             body,
             strstr(body, "expect:") != NULL
                 ? ""
                 : "expect: [{at_end: {resets: 0..}}]\n");
    memset(&stage, 0, sizeof stage);
    cr_assert_eq(scenario_parse(text, strlen(text), "test.yaml",
                                &stage.scenario, &stage.diag),
                 0, "%s", stage.diag.text);
    stage.scenario->journal = false;
    stage.options.forks = true;
    stage.given = (struct run_case){.scenario = stage.scenario,
                                    .options = &stage.options,
                                    .figures = figures,
                                    .map = map};
    stage.given.judged.map = &stage.given.map;
    recording_init(&stage.result.recording);
    fake_guest(usual);
    cr_assert_eq(run_begin(&stage.run, &stage.given, &stage.result,
                           &stage.diag),
                 0, "%s", stage.diag.text);
}

static void go(struct run_until until)
{
    cr_assert_eq(run_to(stage.run, &until, &stage.diag), 0, "%s",
                 stage.diag.text);
}

static void finish(void)
{
    go((struct run_until){.what = UNTIL_END});
    run_judge(stage.run);
}

static void end(void)
{
    run_end(stage.run);
    run_result_free(&stage.result);
    scenario_free(stage.scenario);
}

static void conclude(const char *body)
{
    begin(body);
    finish();
}

/* Events whose line has all of `text`. */
static unsigned count(const char *text)
{
    const struct recording *recording = &stage.result.recording;
    size_t length = strlen(text);
    unsigned found = 0;

    for (size_t i = 0; i + length <= recording->length; i++) {
        found += memcmp(recording->bytes + i, text, length) == 0;
    }
    return found;
}

static void verdict(enum run_verdict expected, const char *said)
{
    cr_expect_eq(stage.result.verdict, expected, "%s: %s, %s",
                 run_verdict_name(stage.result.verdict),
                 stage.result.failure[0].expected,
                 stage.result.failure[0].seen);
    if (said != NULL) {
        cr_expect_not_null(strstr(stage.result.failure[0].expected, said), "%s",
                           stage.result.failure[0].expected);
    }
}

/* ---- steps --------------------------------------------------------------- */

Test(engine, a_timed_step_comes_at_its_time)
{
    conclude("steps: [{at: 3s, do: {note: here}}]\n"
             "expect: [{count: {event: note, times: 1}}]\n");
    cr_expect_eq(count("\"t\":3000000000,\"dev\":0,\"event\":\"note\""), 1);
    verdict(RUN_PASSED, NULL);
    end();
}

Test(engine, a_step_comes_at_its_nth_event_and_once)
{
    conclude("steps: [{on: {event: app.ready, nth: 2}, do: {note: here}}]\n"
             "expect: [{count: {event: note, times: 1}}]\n");
    cr_expect_eq(count("\"event\":\"app.ready\""), 2);
    verdict(RUN_PASSED, NULL);
    end();
}

Test(engine, a_step_that_never_fires_fails_the_run)
{
    conclude("steps: [{on: {event: app.ready, nth: 9}, do: {note: here}}]\n");
    verdict(RUN_FAILED, "this step happens");
    cr_expect_not_null(strstr(stage.result.failure[0].seen, "2 of 9"));
    end();
}

Test(engine, of_one_time_steps_come_in_the_order_of_the_file)
{
    conclude("steps:\n  - {at: 3s, do: {note: one}}\n"
             "  - {at: 3s, do: {note: two}}\n");
    const char *bytes = stage.result.recording.bytes;

    bytes = strstr(bytes, "\"one\"");
    cr_assert_not_null(bytes);
    cr_expect_not_null(strstr(bytes, "\"two\""));
    end();
}

/* ---- strikes ------------------------------------------------------------- */

Test(engine, a_cut_within_an_operation_tears_it)
{
    conclude("steps: [{on: {event: flash.erase}, do: {power_cut: "
             "{done: 50%, off_for: 2s, form: erase-mix}}}]\n"
             "expect: [{at_end: {cuts: 1, boots: 2}}]\n");
    cr_expect_eq(count("\"form\":\"erase-mix\""), 1);
    cr_expect_eq(count("\"event\":\"reset\""), 2);
    verdict(RUN_PASSED, NULL);
    end();
}

Test(engine, a_cut_placed_in_nothing_fails_the_run)
{
    conclude("steps: [{at: 5s, do: {power_cut: {done: 50%, off_for: 1s}}}]\n");
    verdict(RUN_FAILED, "an operation in flight");
    end();
}

Test(engine, a_forced_reset_keeps_power)
{
    conclude("steps: [{at: 5s, do: {reset: {}}}]\n"
             "expect: [{at_end: {boots: 2}}, {never: {event: power.cut}}]\n");
    verdict(RUN_PASSED, NULL);
    end();
}

/* ---- order of time ------------------------------------------------------- */

/* The operation ends, and its end is told, before a step that is later, though
 * the device sleeps over both. */
Test(engine, what_is_due_first_happens_first)
{
    conclude("steps: [{at: 46ms, do: {note: late}}]\n");
    const char *done =
        strstr(stage.result.recording.bytes, "\"event\":\"flash.done\"");

    cr_assert_not_null(done);
    cr_expect_not_null(strstr(done, "\"late\""));
    end();
}

/* ---- power --------------------------------------------------------------- */

/* It warns, then cuts power in the middle of the erase. */
Test(engine, an_empty_battery_ends_what_the_device_does)
{
    conclude("battery: {capacity: 1mJ, charge: 20%}\n");
    const char *warning =
        strstr(stage.result.recording.bytes, "\"event\":\"battery.warning\"");

    cr_assert_not_null(warning);
    const char *low = strstr(warning, "\"event\":\"battery.brown-out\"");

    cr_assert_not_null(low);
    cr_expect_not_null(strstr(low, "\"cause\":\"brown-out\""));
    cr_expect_eq(stage.result.counts.cuts_asked, 0);
    end();
}

/* ---- expectations -------------------------------------------------------- */

Test(engine, eventually_within_its_time)
{
    conclude(
        "expect: [{eventually: {event: app.ready, nth: 2, within: 11s}}]\n");
    verdict(RUN_PASSED, NULL);
    end();
}

Test(engine, eventually_too_late)
{
    conclude(
        "expect: [{eventually: {event: app.ready, nth: 2, within: 9s}}]\n");
    verdict(RUN_FAILED, "within 9.000 s");
    end();
}

Test(engine, never_ends_the_run_at_once)
{
    conclude("expect: [{never: {event: flash.program}}]\n");
    verdict(RUN_FAILED, "never");
    cr_expect_lt(stage.result.time_ns, 1000000000u);
    end();
}

Test(engine, a_count_that_is_not_met)
{
    conclude("expect: [{count: {event: app.ready, times: 3}}]\n");
    verdict(RUN_FAILED, "3 times");
    end();
}

Test(engine, too_many_resets_are_a_limit)
{
    conclude("steps:\n  - {at: 2s, do: {reset: {}}}\n"
             "  - {at: 4s, do: {reset: {}}}\n"
             "  - {at: 6s, do: {reset: {}}}\n"
             "  - {at: 8s, do: {reset: {}}}\n");
    verdict(RUN_LIMIT, "no more resets");
    end();
}

/* ---- forks --------------------------------------------------------------- */

static void fork_at(struct run_until until)
{
    uint8_t first[32];
    uint8_t second[32];
    uint8_t world[32];
    struct checkpoint *point = NULL;

    begin("steps:\n  - {on: {event: flash.erase}, do: {power_cut: "
          "{done: 50%, off_for: 2s}}}\n"
          "  - {at: 20s, do: {note: late}}\n");
    go(until);
    cr_assert_not(run_over(stage.run));
    cr_assert_eq(run_save(stage.run, &point, &stage.diag), 0);
    finish();
    recording_digest(&stage.result.recording, first);
    memcpy(world, stage.result.world, sizeof world);
    cr_assert_eq(run_restore(stage.run, point, &stage.diag), 0);
    finish();
    recording_digest(&stage.result.recording, second);
    cr_expect_arr_eq(first, second, sizeof first);
    cr_expect_arr_eq(world, stage.result.world, sizeof world);
    checkpoint_leave(point);
    end();
}

Test(engine, goes_on_from_a_reset)
{
    fork_at((struct run_until){.what = UNTIL_RESET});
}

/* Where no device is in reset it is played again from the last reset. */
Test(engine, goes_on_from_any_event)
{
    fork_at((struct run_until){.what = UNTIL_EVENT, .sequence = 6});
    fork_at((struct run_until){.what = UNTIL_EVENT, .sequence = 11});
}

Test(engine, goes_on_from_a_time)
{
    fork_at((struct run_until){.what = UNTIL_TIME, .time_ns = 12000000000u});
}

Test(engine, without_forks_only_a_reset_is_saved)
{
    struct checkpoint *point = NULL;

    begin("");
    go((struct run_until){.what = UNTIL_TIME, .time_ns = 5000000000u});
    run_end(stage.run);
    stage.options.forks = false;
    recording_free(&stage.result.recording);
    cr_assert_eq(
        run_begin(&stage.run, &stage.given, &stage.result, &stage.diag), 0);
    go((struct run_until){.what = UNTIL_TIME, .time_ns = 5000000000u});
    cr_expect_eq(run_save(stage.run, &point, &stage.diag), OTALAB_ERR_USAGE);
    cr_expect_null(point);
    end();
}

/* ---- crashes and pauses ------------------------------------------------- */

#define PAUSED "steps: [{at: 0s, do: {pauses: {}}}%s]\n"
#define CUT                                                                    \
    ", {on: {event: flash.program, nth: 1}, do: {power_cut: {done: 0%, form: " \
    "prefix, reach: 30%}}}"

static bool take_all(void *context, const uint8_t key[32])
{
    memcpy(context, key, 32);
    return true;
}

/* A step that cuts the power, and a crash at the same place. */
static void begin_paused(const char *more)
{
    char body[400];

    snprintf(body, sizeof body, PAUSED, more);
    begin(body);
}

static void to_program(void)
{
    go((struct run_until){.what = UNTIL_CHANGE, .changes = 1});
    cr_assert_eq(run_world(stage.run)->changes, 2);
}

static struct crash crash_here(struct checkpoint **at, uint8_t told[32])
{
    struct crash crash = {.cut = {.off_ns = 1,
                                  .cause = CTL_CAUSE_POWER_ON,
                                  .flash_form = FLASH_FORM_PREFIX,
                                  .flash_reach = 300},
                          .wanted = take_all,
                          .context = told};

    cr_assert_eq(run_crash(stage.run, &crash, at, &stage.diag), 0);
    cr_assert_not_null(*at);
    return crash;
}

Test(engine, a_crash_is_what_a_cut_leaves)
{
    struct checkpoint *at;
    uint8_t told[32];
    uint8_t key[32];
    uint64_t content;

    begin_paused("");
    to_program();
    struct crash crash = crash_here(&at, told);

    cr_expect(crash.exact);
    cr_expect_arr_eq(crash.key, told, 32);
    cr_assert_eq(run_restore(stage.run, at, &stage.diag), 0);
    run_key(stage.run, key);
    cr_expect_arr_eq(key, crash.key, 32);
    content = flash_hash(&run_world(stage.run)->device[0].board.flash);
    checkpoint_leave(at);
    end();

    begin_paused(CUT);
    go((struct run_until){.what = UNTIL_RESET});
    cr_expect_eq(flash_hash(&run_world(stage.run)->device[0].board.flash),
                 content);
    end();
}

Test(engine, a_crash_disturbs_nothing)
{
    struct checkpoint *at;
    uint8_t told[32];
    uint8_t undisturbed[32];

    begin_paused("");
    finish();
    memcpy(undisturbed, stage.result.world, 32);
    end();

    begin_paused("");
    to_program();
    crash_here(&at, told);
    checkpoint_leave(at);
    finish();
    cr_expect_arr_eq(stage.result.world, undisturbed, 32);
    end();
}

Test(engine, a_form_that_does_not_fit_is_not_exact)
{
    struct checkpoint *at;
    uint8_t told[32];
    struct crash crash = {.cut = {.flash_form = FLASH_FORM_ERASE_MIX},
                          .wanted = take_all,
                          .context = told};

    begin_paused("");
    to_program();
    cr_assert_eq(run_crash(stage.run, &crash, &at, &stage.diag), 0);
    cr_expect_not(crash.exact);
    checkpoint_leave(at);
    end();
}

Test(engine, with_pauses_a_boot_begins_with_a_day)
{
    const uint64_t day = UINT64_C(86400000000000);

    begin_paused(CUT);
    go((struct run_until){.what = UNTIL_RESET});
    cr_expect_eq(run_world(stage.run)->paused_ns, day);
    cr_expect_eq(run_world(stage.run)->device[0].board.now_ns, day);
    cr_expect_lt(run_world(stage.run)->lasted_ns, UINT64_C(1000000000));
    finish();
    /* the bound of 100 s counts from there */
    cr_expect_gt(run_world(stage.run)->now_ns, day);
    cr_expect_leq(run_world(stage.run)->now_ns, day + UINT64_C(100000000000));
    end();
}
