/* SPDX-License-Identifier: MIT */
/* What the agent does about a supply that breaks down under the radio. */
#include <criterion/criterion.h>

#include "unit/agent_world.h"

#define SIZE 12000u /* of an update */

static struct aw world;
static struct aw *const w = &world;
static uint32_t update; /* the image */

static void setup(void)
{
    aw_init(w, 7);
    update = aw_make(w, "1.1.0", 1, SIZE, AW_GOOD);
    aw_link(w, 40, 0, 0, 0);
}

TestSuite(agent_sag, .init = setup);

static bool updated(const struct aw *at)
{
    return aw_runs(at, update);
}

static bool polled(const struct aw *at)
{
    return at->events[AGENT_EVENT_POLL] > 0;
}

static void boot_after_brown_out(void)
{
    w->port.browned_out = true;
    aw_boot(w);
}

static void boot_after_reset(void)
{
    w->port.browned_out = false;
    aw_boot(w);
}

Test(agent_sag, the_radio_stays_off_twice_as_long_each_time)
{
    for (uint32_t wait = 10; wait <= 320; wait *= 2) {
        boot_after_brown_out();
        w->events[AGENT_EVENT_POLL] = 0;
        cr_assert_not(aw_run(w, wait - 1, polled), "%u s", wait);
        cr_assert(aw_run(w, 2 + wait / 4, polled), "%u s", wait);
    }
    cr_assert_eq(aw_record(w)->sags, 6);
}

Test(agent_sag, no_wait_is_longer_than_the_longest_back_off)
{
    for (unsigned i = 0; i < 300; i++) {
        boot_after_brown_out();
    }
    cr_assert_eq(aw_record(w)->sags, UINT8_MAX);
    cr_assert(aw_run(w, 3600 + 900 + 1, polled));
}

Test(agent_sag, another_reset_waits_for_nothing)
{
    boot_after_brown_out();
    boot_after_brown_out();
    boot_after_reset();
    w->events[AGENT_EVENT_POLL] = 0;
    cr_assert(aw_run(w, 3, polled));
}

static bool asked_and_answered(const struct aw *at)
{
    return polled(at) && agent_is_waiting(&at->agent);
}

Test(agent_sag, a_poll_that_was_answered_ends_the_count)
{
    boot_after_brown_out();
    cr_assert_eq(aw_record(w)->sags, 1);
    cr_assert(aw_run(w, 60, asked_and_answered));
    cr_assert_eq(aw_record(w)->sags, 0);
    cr_assert_eq(w->server.counts.reports, 0, "nobody asked for a report");
}

static bool downloads(const struct aw *at)
{
    return at->events[AGENT_EVENT_DOWNLOAD] > 0;
}

/* What answers a poll may still break down in the download that follows. */
Test(agent_sag, the_count_lasts_until_a_piece_is_there)
{
    aw_publish(w, update, 1);
    boot_after_brown_out();
    cr_assert(aw_run(w, 60, downloads));
    cr_assert_eq(aw_record(w)->sags, 1);
    w->port.browned_out = false;
    cr_assert(aw_run(w, 60, updated));
    cr_assert_eq(aw_record(w)->sags, 0);
}

/* ---- resets in downloads --------------------------------------------------- */

/* Reset as soon as a download has begun; true if that was within `seconds`. */
static bool begins_within(uint64_t seconds)
{
    boot_after_reset();
    w->events[AGENT_EVENT_DOWNLOAD] = 0;
    return aw_run(w, seconds, downloads);
}

Test(agent_sag, downloads_that_are_reset_begin_less_and_less_often)
{
    aw_publish(w, update, 1);
    cr_assert(begins_within(10));
    cr_assert(begins_within(10), "one reset costs nothing");
    for (uint32_t wait = 10; wait <= 2560; wait *= 2) {
        cr_assert_not(begins_within(wait - 2), "%u s", wait);
        cr_assert(aw_run(w, 20 + wait / 4, downloads), "%u s", wait);
    }
    for (unsigned i = 0; i < 20; i++) {
        cr_assert_not(begins_within(3500), "%u", i);
        cr_assert(aw_run(w, 1100, downloads), "%u", i);
    }
    cr_assert_eq(aw_record(w)->starts, PROGRESS_STARTS);
    cr_assert_eq(aw_record(w)->why, AGENT_WHY_NONE);
}

static bool has_stored(const struct aw *at)
{
    (void)at;
    return aw_record(w)->written > 0;
}

Test(agent_sag, a_stored_piece_ends_the_count_of_resets)
{
    aw_publish(w, update, 1);
    for (unsigned i = 0; i < 4; i++) {
        cr_assert(begins_within(200));
    }
    cr_assert_eq(aw_record(w)->starts, 4);
    cr_assert(aw_run(w, 10, has_stored));
    cr_assert_eq(aw_record(w)->starts, 0);
    cr_assert(begins_within(10), "nothing is left to wait for");
    cr_assert(aw_run(w, 60, updated));
}

Test(agent_sag, another_release_does_not_end_the_count_of_resets)
{
    uint32_t next = aw_make(w, "1.2.0", 1, SIZE, AW_GOOD);

    aw_publish(w, update, 1);
    for (unsigned i = 0; i < 5; i++) {
        cr_assert(begins_within(200));
    }
    aw_publish(w, next, 2);
    cr_assert_not(begins_within(60));
    cr_assert_eq(aw_record(w)->starts, 5);
}

static bool on_trial(const struct aw *at)
{
    return at->trials > 0;
}

static bool rolled_back(const struct aw *at)
{
    return at->state.reason == OTA_REASON_SURROUNDINGS;
}

Test(agent_sag, a_trial_is_given_back_and_the_image_not_blamed)
{
    aw_publish(w, update, 1);
    boot_after_reset();
    cr_assert(aw_run(w, 60, on_trial));
    boot_after_brown_out();
    cr_assert(aw_run(w, 2, rolled_back));
    w->port.browned_out = false;
    cr_assert_eq(aw_record(w)->why, AGENT_WHY_SURROUNDINGS);
    cr_assert_eq(aw_record(w)->tries, 1);
    cr_assert(aw_run(w, 120, updated));
    cr_assert_eq(aw_fetched(w), w->image[update].size);
}
