/* SPDX-License-Identifier: MIT */
/*
 * Releases never go back, whatever is played again, whatever is cut and
 * whatever lies in flash; and what has failed is not tried again.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "ota/bytes.h"
#include "ota/crc32.h"
#include "unit/agent_world.h"

#define SIZE 12000u /* of an update */
#define HOUR UINT64_C(3600)
#define STEP 65536u

static struct aw world;
static struct aw *const w = &world;
static uint32_t update; /* the image */
static uint32_t newer;

static void setup(void)
{
    aw_init(w, 7);
    update = aw_make(w, "1.1.0", 1, SIZE, AW_GOOD);
    newer = aw_make(w, "1.2.0", 1, SIZE, AW_GOOD);
    aw_link(w, 40, 0, 0, 0);
}

TestSuite(release, .init = setup);

static bool updated(const struct aw *at)
{
    return aw_runs(at, update);
}

static bool newer_runs(const struct aw *at)
{
    return aw_runs(at, newer);
}

static uint64_t flash_operations(void)
{
    return w->flash.programs + w->flash.erases;
}

static void expect_refused(enum agent_why why)
{
    uint64_t fetched = aw_fetched(w);
    uint32_t before = w->events[AGENT_EVENT_REFUSE];

    aw_run(w, 3 * HOUR, NULL);
    cr_assert_eq(w->events[AGENT_EVENT_REFUSE], before + 1, "once a start");
    cr_assert_eq(w->why_last[AGENT_EVENT_REFUSE], why, "%s",
                 agent_why_name(w->why_last[AGENT_EVENT_REFUSE]));
    cr_assert_eq(aw_fetched(w), fetched);
}

static void expect_update(bool (*done)(const struct aw *))
{
    cr_assert(aw_run(w, 3 * HOUR, done));
    aw_run(w, 10, NULL);
}

/* The update, as release 5. */
static void start_at_5(void)
{
    aw_publish(w, update, 5);
    aw_boot(w);
    expect_update(updated);
}

/* ---- the number -------------------------------------------------------------- */

Test(release, a_lower_release_is_stale_and_writes_nothing)
{
    start_at_5();
    uint64_t before = flash_operations();
    uint64_t reports = w->server.counts.reports;
    aw_publish(w, newer, 4);
    expect_refused(AGENT_WHY_STALE);
    cr_assert_eq(flash_operations(), before);
    cr_assert_eq(aw_record(w)->release, 5, "what became of 5 is known still");
    cr_assert_eq(aw_record(w)->result, AGENT_RESULT_SUCCESS);
    cr_assert_eq(w->server.counts.reports, reports + 1, "the server is told");
    cr_assert_not_null(
        strstr((const char *)server_report(&w->server, 0)->bytes, " why=26 "));
    cr_assert_not_null(strstr((const char *)server_report(&w->server, 0)->bytes,
                              " release=4"));
    aw_publish(w, newer, 6);
    expect_update(newer_runs);
}

Test(release, a_lower_release_is_stale_after_every_reset)
{
    start_at_5();
    aw_publish(w, newer, 4);
    for (unsigned i = 0; i < 3; i++) {
        aw_boot(w);
        expect_refused(AGENT_WHY_STALE);
    }
}

/* What was refused was seen all the same. */
Test(release, a_release_that_is_not_wanted_is_the_highest_too)
{
    aw_publish(w, aw_make(w, "0.9.0", 1, SIZE, AW_GOOD), 9);
    aw_boot(w);
    aw_run(w, HOUR, NULL);
    cr_assert_eq(aw_record(w)->why, AGENT_WHY_DOWNGRADE);
    aw_publish(w, update, 8);
    expect_refused(AGENT_WHY_STALE);
    aw_publish(w, update, 10);
    expect_update(updated);
}

Test(release, a_known_offer_is_written_once)
{
    aw_publish(w, 0, 3); /* what runs already */
    aw_boot(w);
    aw_run(w, HOUR, NULL);
    cr_assert_eq(flash_operations(), 1 + 2, "an erase, the offer twice");
    for (unsigned i = 0; i < 5; i++) {
        aw_boot(w);
        aw_run(w, HOUR, NULL);
    }
    cr_assert_eq(flash_operations(), 3);
}

Test(release, another_image_under_the_same_number_is_refused)
{
    start_at_5();
    aw_publish(w, newer, 5);
    expect_refused(AGENT_WHY_STALE);
    aw_boot(w);
    expect_refused(AGENT_WHY_STALE);
}

static bool half_way(const struct aw *at)
{
    return aw_record(at)->written >= SIZE / 2;
}

Test(release, the_same_image_under_the_same_number_goes_on)
{
    aw_publish(w, update, 5);
    aw_boot(w);
    cr_assert(aw_run(w, 100, half_way));
    aw_publish(w, newer, 4); /* played again in the middle */
    aw_boot(w);
    aw_run(w, HOUR, NULL);
    cr_assert(half_way(w), "kept");
    aw_publish(w, update, 5);
    expect_update(updated);
    cr_assert_leq(aw_fetched(w), w->image[update].size + 1024);
}

Test(release, a_step_is_bounded)
{
    aw_publish(w, update, STEP + 1);
    aw_boot(w);
    expect_refused(AGENT_WHY_TOO_FAR);
    aw_publish(w, update, UINT32_MAX);
    expect_refused(AGENT_WHY_TOO_FAR);
    cr_assert_eq(flash_operations(), 0);
    aw_publish(w, update, STEP);
    expect_update(updated);
    aw_publish(w, newer, STEP + 1);
    expect_update(newer_runs);
}

Test(release, the_last_number_there_is_can_be_reached)
{
    w->state.release = STEP - 1;
    aw_publish(w, update, 2 * STEP);
    aw_boot(w);
    expect_refused(AGENT_WHY_TOO_FAR);
    aw_publish(w, update, 2 * STEP - 1);
    expect_update(updated);
    cr_assert_eq(w->agent.kept.release, 2 * STEP - 1);
}

/* ---- what is lost or made up -------------------------------------------------- */

static void lose(uint32_t from, uint32_t size)
{
    memset(w->flash.array + from, 0xFF, size);
}

Test(release, the_progress_may_be_lost)
{
    start_at_5();
    lose(AW_PROGRESS, AW_PROGRESS_SIZE);
    aw_publish(w, newer, 4);
    aw_boot(w);
    expect_refused(AGENT_WHY_STALE);
}

Test(release, the_offers_may_be_lost)
{
    start_at_5();
    lose(AW_OFFERS, AW_OFFERS_SIZE);
    w->state.release = 5; /* as the bootloader keeps it */
    aw_publish(w, newer, 4);
    aw_boot(w);
    expect_refused(AGENT_WHY_STALE);
    aw_publish(w, newer, 6);
    expect_update(newer_runs);
}

/* Which entry of the offers is the newest? */
static uint8_t *newest_entry(void)
{
    return w->flash.array + AW_OFFERS + w->agent.offers.at * OFFERS_SLOT;
}

static void seal_entry(uint8_t *entry, uint32_t sequence)
{
    bytes_put32(entry + 4, sequence);
    bytes_put32(entry + 248, ota_crc32(entry, 248));
    bytes_put32(entry + 252, 0);
}

/* A number that nobody signed counts for nothing, neither up nor down. */
Test(release, a_forged_offer_keeps_nothing_away)
{
    static const uint32_t numbers[] = {1, 7, STEP, UINT32_MAX};

    for (unsigned i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        setup();
        start_at_5();
        uint8_t *entry = newest_entry();
        memcpy(entry + OFFERS_SLOT, entry, OFFERS_SLOT);
        bytes_put32(entry + OFFERS_SLOT + 8 + 8, numbers[i]);
        seal_entry(entry + OFFERS_SLOT, bytes_get32(entry + 4) + 1);
        w->state.release = 5;
        aw_boot(w);
        aw_publish(w, newer, 4);
        expect_refused(AGENT_WHY_STALE);
        aw_publish(w, newer, 6);
        expect_update(newer_runs);
    }
}

/* Whatever number the journal holds: the next release is taken, or one that is
 * a step above the last. */
Test(release, a_forged_journal_keeps_releases_away_for_a_step)
{
    static const uint32_t numbers[] = {6,        7,        1000,      STEP,
                                       STEP + 4, STEP + 5, STEP + 6,  STEP + 7,
                                       2 * STEP, 1u << 31, UINT32_MAX};

    for (unsigned i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        setup();
        start_at_5();
        w->state.release = numbers[i];
        aw_boot(w);
        aw_publish(w, newer, 6);
        if (!aw_run(w, HOUR, newer_runs)) {
            cr_assert_gt(numbers[i], 6);
            cr_assert_leq(numbers[i], STEP + 5);
            aw_publish(w, newer, STEP + 5);
            expect_update(newer_runs);
        }
    }
}

/* ---- power cuts ---------------------------------------------------------------- */

static bool kept(const struct aw *at)
{
    return at->agent.kept.release == 5 && at->events[AGENT_EVENT_POLL] > 1;
}

/* Release 5 is seen, and power fails at one operation; then it is 4 that is
 * offered. When it was written at all, it has to be stale. */
static uint32_t cut_at_the_highest(uint32_t at, enum flash_form form)
{
    setup();
    aw_publish(w, 0, 3);
    aw_boot(w);
    aw_run(w, 10, NULL);
    aw_publish(w, 0, 5);
    uint32_t from = w->operations;
    w->cut_at = at == UINT32_MAX ? at : from + at;
    w->cut_form = form;
    w->lenient = true;
    cr_assert(aw_run(w, 600, kept), "cut %u %s", at, flash_form_name(form));
    uint32_t operations = w->operations - from;
    aw_publish(w, newer, 4);
    aw_boot(w);
    expect_refused(AGENT_WHY_STALE);
    return operations;
}

Test(release, the_highest_survives_a_cut_at_every_operation)
{
    uint32_t operations = cut_at_the_highest(UINT32_MAX, FLASH_FORM_AUTO);

    cr_assert_eq(operations, 2);
    for (uint32_t at = 0; at < operations; at++) {
        static const enum flash_form forms[] = {
            FLASH_FORM_BEFORE, FLASH_FORM_AFTER,      FLASH_FORM_PREFIX,
            FLASH_FORM_BITS,   FLASH_FORM_WORD_SPLIT, FLASH_FORM_WEAK,
            FLASH_FORM_DISTURB};
        for (unsigned i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
            (void)cut_at_the_highest(at, forms[i]);
        }
    }
}

/* Nothing of it is done before it is kept. */
Test(release, what_cannot_be_kept_is_not_fetched)
{
    aw_publish(w, update, 5);
    aw_boot(w);
    w->port.offers.length = FLASH_SECTOR; /* too small a partition */
    aw_boot(w);
    aw_run(w, 24 * HOUR, NULL);
    cr_assert_eq(aw_fetched(w), 0);
    cr_assert_eq(w->why_last[AGENT_EVENT_DEFER], AGENT_WHY_FLASH_ERROR);
    cr_assert_leq(w->agent.polls, 40, "looked at less and less often");
    w->port.offers.length = AW_OFFERS_SIZE;
    aw_boot(w);
    expect_update(updated);
}

/* ---- what has failed ----------------------------------------------------------- */

static void expect_failed(uint32_t image, uint32_t release)
{
    uint32_t trials = w->trials;

    aw_publish(w, image, release);
    aw_run(w, 3 * HOUR, NULL);
    cr_assert_eq(w->trials, trials + 3, "release %u", release);
    cr_assert(aw_runs(w, 0));
}

Test(release, three_bad_images_and_the_first_again)
{
    uint32_t bad[3] = {aw_make(w, "1.3.0", 1, SIZE, AW_CRASHES),
                       aw_make(w, "1.3.1", 1, SIZE, AW_CRASHES),
                       aw_make(w, "1.3.2", 1, SIZE, AW_CRASHES)};

    aw_boot(w);
    for (uint32_t i = 0; i < 3; i++) {
        expect_failed(bad[i], 1 + i);
    }
    uint64_t fetched = aw_fetched(w);
    for (uint32_t i = 0; i < 6; i++) { /* under new numbers, signed again */
        aw_publish(w, bad[i % 3], 4 + i);
        aw_run(w, 3 * HOUR, NULL);
        cr_assert_eq(aw_record(w)->why, AGENT_WHY_REJECTED_BEFORE);
    }
    cr_assert_eq(w->trials, 9);
    cr_assert_eq(aw_fetched(w), fetched);
}

static void other_digest(uint32_t number, uint8_t digest[OTA_DIGEST_SIZE])
{
    memset(digest, 0x77, OTA_DIGEST_SIZE);
    bytes_put32(digest, number);
}

Test(release, a_failed_image_is_known_after_64_others)
{
    uint32_t bad = aw_make(w, "1.3.0", 1, SIZE, AW_CRASHES);
    uint8_t digest[OTA_DIGEST_SIZE];

    aw_boot(w);
    expect_failed(bad, 1);
    for (uint32_t i = 0; i < 64; i++) {
        other_digest(i, digest);
        memcpy(w->state.rejected[0], digest, OTA_DIGEST_SIZE);
        memset(w->state.rejected[1], 0, OTA_DIGEST_SIZE);
        aw_boot(w);
    }
    uint64_t fetched = aw_fetched(w);
    aw_publish(w, bad, 2);
    aw_run(w, 3 * HOUR, NULL);
    cr_assert_eq(w->why_last[AGENT_EVENT_REFUSE], AGENT_WHY_REJECTED_BEFORE);
    cr_assert_eq(aw_fetched(w), fetched);
}

/* ---- waiting --------------------------------------------------------------------- */

static uint32_t downloads_seen;

static bool downloads_again(const struct aw *at)
{
    return at->events[AGENT_EVENT_DOWNLOAD] > downloads_seen;
}

/* Each failure doubles the wait before the next download, whatever is offered
 * next: releases that the maker has signed, one after the other. */
Test(release, the_wait_doubles_over_releases_that_fail)
{
    uint32_t bad[5];
    uint64_t wait = 10;

    aw_publish(w, update, 1);
    aw_boot(w);
    expect_update(updated); /* so there is nothing to be counted */
    for (uint32_t i = 0; i < 5; i++) {
        char version[] = "2.0.0";
        version[4] = (char)('0' + i);
        bad[i] = aw_make(w, version, 1, SIZE, AW_CRASHES);
    }
    for (uint32_t i = 0; i < 5; i++) {
        downloads_seen = w->events[AGENT_EVENT_DOWNLOAD];
        aw_publish(w, bad[i], 2 + i);
        cr_assert(aw_run(w, 2 * HOUR, downloads_again));
        uint32_t failures = w->events[AGENT_EVENT_FAIL];
        while (w->events[AGENT_EVENT_FAIL] == failures) {
            aw_run(w, 1, NULL);
        }
        downloads_seen = w->events[AGENT_EVENT_DOWNLOAD];
        aw_publish(w, i < 4 ? bad[i + 1] : newer, 3 + i);
        cr_assert_not(aw_run(w, wait - 2, downloads_again), "after %u", i);
        wait *= 2;
    }
    cr_assert(aw_run(w, HOUR, newer_runs));
    cr_assert_eq(aw_record(w)->failures, 0);
    cr_assert_eq(aw_record(w)->not_before_s, 0);
}

/* What is published now is looked at at once, the first time. */
Test(release, another_image_meanwhile_is_no_reason_to_wait)
{
    struct server_fault fault = {
        .on = 1, .resource = SERVER_IMAGE, .from = 5000, .times = 1};

    aw_publish(w, update, 1);
    cr_assert_eq(server_misbehave(&w->server, SERVER_WRONG_ETAG, &fault), 0);
    aw_boot(w);
    cr_assert(aw_run(w, 25, updated));
    cr_assert_eq(w->events[AGENT_EVENT_FAIL], 1);
}

/* ---- small blocks ---------------------------------------------------------------- */

Test(release, blocks_that_are_too_small_are_no_answer)
{
    for (uint32_t szx = 0; szx < 2; szx++) {
        setup();
        w->server.szx = szx;
        aw_publish(w, update, 1);
        aw_boot(w);
        aw_run(w, 24 * HOUR, NULL);
        cr_assert_eq(w->why_last[AGENT_EVENT_REFUSE], AGENT_WHY_BAD_MANIFEST);
        cr_assert_leq(w->server.counts.received, 60);
        w->server.szx = 2;
        cr_assert(aw_run(w, 3 * HOUR, half_way));
        w->server.szx = szx; /* in the middle */
        aw_run(w, 24 * HOUR, NULL);
        cr_assert_eq(w->trials, 0);
        cr_assert_eq(aw_record(w)->why, AGENT_WHY_TRIES_USED_UP);
    }
}

/* ---- the bootloader's word --------------------------------------------------------- */

/* Power was lost too often on trial: a failure of the surroundings. */
Test(release, a_trial_that_power_losses_ended_is_tried_again)
{
    struct progress_log log;
    struct progress record;

    w->figures.battery_mv = 5000; /* recorded, not fetched */
    aw_publish(w, update, 1);
    aw_boot(w);
    aw_run(w, 10, NULL);
    aw_install(w, update, OTA_SLOT_B);
    cr_assert_eq(progress_open(&log, &w->port_flash, w->port.progress), OTA_OK);
    record = log.now;
    record.state = AGENT_STATE_UPDATING;
    record.written = record.size;
    cr_assert_eq(progress_append(&log, &record), OTA_OK);
    w->state.reason = OTA_REASON_POWER_LOST;
    w->figures.battery_mv = 3300;
    aw_boot(w);
    cr_assert_eq(aw_record(w)->why, AGENT_WHY_SURROUNDINGS);
    cr_assert_eq(aw_record(w)->tries, 1);
    cr_assert_not(aw_record(w)->final);
}
