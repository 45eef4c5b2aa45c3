/* SPDX-License-Identifier: MIT */
/*
 * The judge's rule 5: who gets nowhere gets there slowly. The stage's figures:
 * back-off 10 s to an hour, so 9 steps, 3 tries and 4: 16 attempts at once,
 * of 6 boots and 4 erases each.
 */
#include "oracle_stage.h"

/* The much lower bounds after the last fault have tests of their own. */
static void never_calm(void)
{
    stage_set();
    stage.judged.calm_boots = 0;
    stage.judged.calm_bytes.most_ns = 0;
}

TestSuite(oracle_liveness, .init = never_calm, .fini = stage_strike);
TestSuite(oracle_calm, .init = stage_set, .fini = stage_strike);

#define HOUR (3600u * SECOND)
#define ATTEMPTS 16u
#define BOOTS (ATTEMPTS * 6u)
#define ERASES (ATTEMPTS * 4u)
#define BYTES (ATTEMPTS * (IMAGE_SIZE * 3u / 2u + 16384u))

static void reset_at_once(unsigned times)
{
    for (unsigned i = 0; i < times; i++) {
        oracle_cpu_reset(&stage.oracle);
        oracle_reset(&stage.oracle, &stage.view);
    }
}

Test(oracle_liveness, bounds_come_from_the_figures)
{
    const struct oracle_bound *bound = stage.judged.bound;

    cr_expect_eq(bound[USE_BOOTS].cost_ns, HOUR / 6);
    cr_expect_eq(bound[USE_BOOTS].most_ns, ATTEMPTS * HOUR);
    cr_expect_eq(bound[USE_ERASES].cost_ns, HOUR / 4);
    cr_expect_eq(bound[USE_BYTES].cost_ns,
                 HOUR / (IMAGE_SIZE * 3 / 2 + 16384 + 60 * 4096));
}

Test(oracle_liveness, boots_without_end)
{
    reset_at_once(BOOTS);
    expect_silence();
    reset_at_once(100);
    expect_only(5, "boots again and again, without growing pauses");
}

Test(oracle_liveness, boots_with_pauses_that_do_not_grow)
{
    for (unsigned i = 0; i < 200; i++) {
        stage.view.now_ns += 60u * SECOND;
        reset_at_once(1);
    }
    expect_only(5, "without growing pauses");
}

Test(oracle_liveness, boots_with_pauses_that_grow)
{
    for (uint64_t pause = SECOND; pause < 100 * HOUR;) {
        reset_at_once(3);
        stage.view.now_ns += pause;
        pause = pause < HOUR ? 2 * pause : pause + HOUR;
    }
    expect_silence();
}

Test(oracle_liveness, boots_that_the_world_causes)
{
    for (unsigned i = 0; i < 10 * BOOTS; i++) {
        oracle_struck(&stage.oracle, &stage.view, CTL_CAUSE_PIN, true);
        reset_at_once(1);
    }
    expect_silence();
}

Test(oracle_liveness, brown_outs_are_the_devices_own)
{
    for (unsigned i = 0; i <= BOOTS; i++) {
        oracle_struck(&stage.oracle, &stage.view, CTL_CAUSE_BROWN_OUT, false);
        reset_at_once(1);
    }
    expect_only(5, "boots again and again");
}

Test(oracle_liveness, bytes_without_end)
{
    for (unsigned i = 0; i < BYTES / 1000; i++) {
        oracle_bytes(&stage.oracle, &stage.view, 1000);
    }
    expect_silence();
    oracle_bytes(&stage.oracle, &stage.view, 1000);
    expect_only(5, "more goes over the air than updates can need");
}

Test(oracle_liveness, polls_are_free)
{
    for (unsigned i = 0; i < 60 * 24 * 7; i++) {
        oracle_bytes(&stage.oracle, &stage.view, 1000);
        stage.view.now_ns += 60u * SECOND;
    }
    expect_silence();
}

Test(oracle_liveness, erases_of_one_sector)
{
    for (unsigned i = 0; i < ERASES; i++) {
        erase(AT_END * SECTOR);
        erase((AT_END + 1) * SECTOR);
    }
    expect_silence();
    erase((AT_END + 1) * SECTOR);
    expect_only(5, "a sector is erased more often than updates can need");
}

Test(oracle_liveness, erases_one_after_the_other_for_ever)
{
    for (unsigned i = 0; i < 5 * 24 * 30; i++) {
        erase(AT_END * SECTOR);
        stage.view.now_ns += HOUR / 5;
    }
    expect_only(5, "a sector is erased more often");
}

Test(oracle_liveness, who_is_given_work_may_do_it)
{
    for (unsigned i = 0; i < 10 * BOOTS; i++) {
        oracle_prompted(&stage.oracle, &stage.view);
        reset_at_once(6);
        erase(AT_END * SECTOR);
        oracle_bytes(&stage.oracle, &stage.view, IMAGE_SIZE);
    }
    expect_silence();
}

Test(oracle_liveness, without_figures_nothing_is_bounded)
{
    memset(stage.judged.bound, 0, sizeof stage.judged.bound);
    reset_at_once(1000);
    expect_silence();
}

/* ---- after the last fault: 2 attempts of 6 boots --------------------------- */

#define CALM_BOOTS 12u
#define CALM_BYTES (2u * (IMAGE_SIZE * 3u / 2u + 16384u))

static void on_the_air(uint32_t bytes)
{
    for (; bytes > 1000; bytes -= 1000) {
        oracle_bytes(&stage.oracle, &stage.view, 1000);
    }
    oracle_bytes(&stage.oracle, &stage.view, bytes);
}

Test(oracle_calm, bounds_come_from_the_figures)
{
    cr_expect_eq(stage.judged.calm_boots, CALM_BOOTS);
    cr_expect_eq(stage.judged.calm_bytes.most_ns /
                     stage.judged.calm_bytes.cost_ns,
                 CALM_BYTES);
}

Test(oracle_calm, boots)
{
    reset_at_once(CALM_BOOTS);
    expect_silence();
    reset_at_once(3);
    expect_only(5, "more than 12 boots since the last fault");
}

Test(oracle_calm, boots_however_slow_they_come)
{
    for (unsigned i = 0; i <= CALM_BOOTS; i++) {
        stage.view.now_ns += 100 * HOUR;
        reset_at_once(1);
    }
    expect_only(5, "more than 12 boots since the last fault");
}

Test(oracle_calm, bytes)
{
    on_the_air(CALM_BYTES);
    expect_silence();
    on_the_air(2);
    expect_only(5, "bytes since the last fault");
}

Test(oracle_calm, polls_are_free)
{
    for (unsigned i = 0; i < 60 * 24; i++) {
        on_the_air(4000);
        stage.view.now_ns += 60u * SECOND;
    }
    expect_silence();
}

static void strike(void)
{
    oracle_struck(&stage.oracle, &stage.view, CTL_CAUSE_POWER_ON, true);
}

static void brown_out(void)
{
    oracle_struck(&stage.oracle, &stage.view, CTL_CAUSE_BROWN_OUT, false);
}

static void damage(void)
{
    oracle_damaged(&stage.oracle, &stage.view, AT_END * SECTOR, 1, 1);
}

static void prompt(void)
{
    oracle_prompted(&stage.oracle, &stage.view);
}

static void disturb(void)
{
    oracle_disturbed(&stage.oracle);
}

static void confirm(void)
{
    journal(JOURNAL_SLOT_B, JOURNAL_TRIAL, 3);
    boot(NEW);
    ask(REQUEST_CONFIRM);
    journal(JOURNAL_SLOT_B, JOURNAL_CONFIRMED, 0);
}

Test(oracle_calm, begins_anew)
{
    static void (*const anew[])(void) = {strike, brown_out, damage,
                                         prompt, disturb,   confirm};

    for (unsigned i = 0; i < sizeof anew / sizeof anew[0]; i++) {
        reset_at_once(CALM_BOOTS - 2); /* confirm() boots, too */
        on_the_air(CALM_BYTES);
        anew[i]();
    }
    expect_silence();
}

/* What is left may have to be tried for ever. */
Test(oracle_calm, boots_without_a_confirmed_image)
{
    put("slot-a", FORGED);
    reset_at_once(5 * CALM_BOOTS);
    expect_silence();
}
