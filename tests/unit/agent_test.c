/* SPDX-License-Identifier: MIT */
/* The update agent among real models of flash, link and server. */
#include <criterion/criterion.h>
#include <string.h>

#include "unit/agent_world.h"

#define SIZE 12000u /* of an update */
#define HOUR UINT64_C(3600)

static struct aw world;
static struct aw *const w = &world;
static uint32_t update; /* the image */

static void setup(void)
{
    aw_init(w, 7);
    update = aw_make(w, "1.1.0", 1, SIZE, AW_GOOD);
    aw_link(w, 40, 0, 0, 0);
}

TestSuite(agent, .init = setup);

static bool updated(const struct aw *at)
{
    return aw_runs(at, update);
}

static bool reported(const struct aw *at)
{
    return aw_record(at)->sequence != 0 && aw_record(at)->reported;
}

static bool success_reported(const struct aw *at)
{
    return updated(at) && reported(at) &&
           aw_record(at)->result == AGENT_RESULT_SUCCESS;
}

static void expect_record(enum agent_state state, enum agent_result result,
                          enum agent_why why)
{
    const struct progress *record = aw_record(w);

    cr_assert_eq(record->state, state, "state %u", record->state);
    cr_assert_eq(record->result, result, "result %u", record->result);
    cr_assert_eq(record->why, why, "%s", agent_why_name(record->why));
}

/* ---- the plain story --------------------------------------------------------- */

Test(agent, an_update_is_fetched_tried_confirmed_and_reported)
{
    aw_publish(w, update, 1);
    aw_boot(w);
    cr_assert(aw_run(w, 120, success_reported));
    cr_assert_eq(w->trials, 1);
    cr_assert_eq(aw_fetched(w), w->image[update].size);
    expect_record(AGENT_STATE_IDLE, AGENT_RESULT_SUCCESS, AGENT_WHY_NONE);
    cr_assert_geq(w->server.counts.reports, 3); /* down, updating, success */
    cr_assert_eq(w->events[AGENT_EVENT_OFFER], 1);
    cr_assert_eq(w->events[AGENT_EVENT_VERIFIED], 1);
}

static void flash_now(uint64_t *operations)
{
    *operations = w->flash.programs + w->flash.erases;
}

Test(agent, a_poll_without_news_writes_nothing_and_costs_little)
{
    uint64_t before, after;

    aw_publish(w, 0, 1); /* what runs already */
    aw_boot(w);
    aw_run(w, 10, NULL);
    flash_now(&before);
    uint64_t content = w->server.counts.content[SERVER_DESCRIPTION];
    aw_run(w, 24 * HOUR, NULL);
    flash_now(&after);
    cr_assert_eq(before, after);
    cr_assert_eq(w->server.counts.content[SERVER_DESCRIPTION], content);
    /* a poll each 60 to 75 s */
    cr_assert_geq(w->agent.polls, 24 * HOUR / 75);
    cr_assert_leq(w->agent.polls, 24 * HOUR / 60 + 2);
    cr_assert_eq(aw_fetched(w), 0);
}

Test(agent, nothing_published_is_no_failure)
{
    aw_boot(w);
    aw_run(w, HOUR, NULL);
    cr_assert_geq(w->agent.polls, HOUR / 75);
    cr_assert_eq(w->flash.programs, 0);
    aw_publish(w, update, 1);
    cr_assert(aw_run(w, 200, success_reported));
}

/* ---- what is refused ------------------------------------------------------------ */

static void expect_refused(enum agent_why why)
{
    aw_boot(w);
    aw_run(w, 2 * HOUR, NULL);
    cr_assert_eq(aw_fetched(w), 0, "%s", agent_why_name(why));
    cr_assert_eq(w->why_last[AGENT_EVENT_REFUSE], why, "got %s",
                 agent_why_name(w->why_last[AGENT_EVENT_REFUSE]));
    cr_assert_eq(w->events[AGENT_EVENT_REFUSE], 1, "traced once a release");
    cr_assert_eq(aw_record(w)->why, why);
    cr_assert(aw_record(w)->reported);
    cr_assert_eq(w->server.counts.reports, 1, "reported once");
    cr_assert(aw_runs(w, 0));
}

Test(agent, an_older_version_is_refused)
{
    aw_publish(w, aw_make(w, "0.9.0", 1, SIZE, AW_GOOD), 1);
    expect_refused(AGENT_WHY_DOWNGRADE);
}

Test(agent, an_older_build_of_the_same_version_is_refused)
{
    aw_install(w, aw_make(w, "2.0.0+7", 1, SIZE, AW_GOOD), OTA_SLOT_A);
    aw_publish(w, aw_make(w, "2.0.0+6", 1, SIZE, AW_GOOD), 1);
    aw_boot(w);
    aw_run(w, HOUR, NULL);
    cr_assert_eq(aw_fetched(w), 0);
    cr_assert_eq(aw_record(w)->why, AGENT_WHY_DOWNGRADE);
}

Test(agent, a_lower_counter_is_refused)
{
    aw_publish(w, aw_make(w, "3.0.0", 0, SIZE, AW_GOOD), 1);
    expect_refused(AGENT_WHY_COUNTER_LOW);
}

Test(agent, a_counter_below_the_fuses_is_refused)
{
    w->limits.fuse_counter = 1;
    aw_publish(w, aw_make(w, "3.0.0", 0, SIZE, AW_GOOD), 1);
    expect_refused(AGENT_WHY_COUNTER_LOW);
}

Test(agent, a_counter_beyond_the_fuses_is_refused)
{
    aw_publish(w, aw_make(w, "3.0.0", 257, SIZE, AW_GOOD), 1);
    expect_refused(AGENT_WHY_COUNTER_HIGH);
}

Test(agent, an_image_beyond_the_load_area_is_refused)
{
    aw_publish(w, aw_make(w, "3.0.0", 1, 0x7000, AW_GOOD), 1);
    expect_refused(AGENT_WHY_TOO_LARGE);
}

Test(agent, a_foreign_signer_is_refused)
{
    struct diag diag;
    struct key key;

    cr_assert_eq(key_dev("wrong", &key, &diag), 0);
    aw_publish_as(w, update, 1, (struct descriptor_spec){.key = &key});
    expect_refused(AGENT_WHY_BAD_SIGNATURE);
}

static uint64_t slot_writes(void)
{
    uint64_t sum = 0;

    for (uint32_t at = 0; at < AW_SLOT_SIZE; at += FLASH_SECTOR) {
        sum += w->flash.erase_count[(aw_slot(OTA_SLOT_B) + at) / FLASH_BLOCK];
    }
    return sum;
}

/* Whatever a signer says about size: within bounds, or not at all. */
Test(agent, hostile_sizes_stay_within_the_slot)
{
    static const uint32_t sizes[] = {1,          31,         32,
                                     1023,       1024,       1025,
                                     0x6FFF,     0x7000,     0x7001,
                                     0x8000,     0x8001,     0x7FFFFFFF,
                                     0x80000000, 0xFFFFFC00, 0xFFFFFFFF};

    for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        setup();
        aw_publish_as(w, update, 1,
                      (struct descriptor_spec){.has_size = true,
                                               .size = sizes[i]});
        aw_boot(w);
        aw_run(w, 2 * HOUR, NULL);
        cr_assert(aw_runs(w, 0));
        cr_assert_eq(w->trials, 0);
        cr_assert(aw_record(w)->final || aw_record(w)->written == 0);
        cr_assert_leq(aw_fetched(w), 4u * SIZE, "size 0x%x", sizes[i]);
        cr_assert(sizes[i] <= 0x7000 || slot_writes() == 0);
    }
}

/* ---- what the image does wrong ----------------------------------------------------- */

Test(agent, a_rejected_image_is_fetched_once_however_often_it_is_offered)
{
    uint32_t bad = aw_make(w, "1.2.0", 1, SIZE, AW_CRASHES);

    aw_publish(w, bad, 1);
    aw_boot(w);
    aw_run(w, 24 * HOUR, NULL);
    cr_assert(aw_runs(w, 0));
    cr_assert_eq(w->trials, 3);
    cr_assert_eq(aw_fetched(w), w->image[bad].size);
    expect_record(AGENT_STATE_IDLE, AGENT_RESULT_UPDATE_FAILED,
                  AGENT_WHY_TRIAL_FAILED);
    cr_assert(reported(w));
    cr_assert_gt(w->agent.polls, 1000);
    aw_publish(w, bad, 2); /* the same under another name */
    aw_run(w, 24 * HOUR, NULL);
    cr_assert_eq(aw_fetched(w), w->image[bad].size);
    cr_assert_eq(aw_record(w)->why, AGENT_WHY_REJECTED_BEFORE);
    aw_publish(w, update, 3);
    cr_assert(aw_run(w, 300, success_reported));
}

Test(agent, two_bad_updates_in_a_row_then_a_good_one)
{
    uint32_t one = aw_make(w, "1.2.0", 1, SIZE, AW_CRASHES);
    uint32_t two = aw_make(w, "1.3.0", 1, SIZE, AW_CRASHES);
    uint32_t good = aw_make(w, "1.4.0", 1, SIZE, AW_GOOD);

    aw_publish(w, one, 1);
    aw_boot(w);
    aw_run(w, HOUR, NULL);
    aw_publish(w, two, 2);
    aw_run(w, HOUR, NULL);
    cr_assert_eq(w->trials, 6);
    uint64_t fetched = aw_fetched(w);
    aw_publish(w, one, 3); /* both are remembered */
    aw_run(w, 24 * HOUR, NULL);
    cr_assert_eq(w->trials, 6);
    cr_assert_eq(aw_fetched(w), fetched);
    aw_publish(w, good, 4);
    aw_run(w, HOUR, NULL);
    cr_assert(aw_runs(w, good));
}

/* Its own digest is a lie, the descriptor's is not. */
Test(agent, an_image_whose_own_digest_is_wrong_is_not_tried)
{
    uint32_t liar = aw_make(w, "1.2.0", 1, SIZE, AW_GOOD);

    w->image[liar].bytes[2000] ^= 1;
    aw_publish(w, liar, 1);
    aw_boot(w);
    aw_run(w, 24 * HOUR, NULL);
    cr_assert_eq(w->trials, 0);
    cr_assert_eq(aw_fetched(w), w->image[liar].size, "the image's fault");
    cr_assert(aw_record(w)->final);
    cr_assert_eq(aw_record(w)->why, AGENT_WHY_BAD_IMAGE);
}

Test(agent, what_the_descriptor_says_of_the_bytes_must_be_true)
{
    aw_publish_as(w, update, 1, (struct descriptor_spec){.bad_digest = true});
    aw_boot(w);
    aw_run(w, 24 * HOUR, NULL);
    cr_assert_eq(w->trials, 0);
    cr_assert_eq(aw_fetched(w), 3u * w->image[update].size, "as many tries");
    expect_record(AGENT_STATE_IDLE, AGENT_RESULT_INTEGRITY,
                  AGENT_WHY_TRIES_USED_UP);
}

/* ---- what the surroundings do wrong ------------------------------------------------- */

static bool on_trial(const struct aw *at)
{
    return at->state.state == OTA_TRIAL;
}

static bool back(const struct aw *at)
{
    return at->boots >= 3 && aw_runs(at, 0);
}

Test(agent, a_trial_that_cannot_reach_its_server_is_given_back)
{
    aw_publish(w, update, 1);
    aw_boot(w);
    cr_assert(aw_run(w, 100, on_trial));
    link_set_up(&w->link, false);
    cr_assert(aw_run(w, 60, back));
    expect_record(AGENT_STATE_IDLE, AGENT_RESULT_UPDATE_FAILED,
                  AGENT_WHY_SURROUNDINGS);
    cr_assert_eq(aw_record(w)->tries, 1);
    link_set_up(&w->link, true);
    cr_assert(aw_run(w, 300, success_reported));
    cr_assert_eq(aw_fetched(w), w->image[update].size, "fetched once");
    cr_assert_eq(w->trials, 2);
}

Test(agent, a_deaf_image_is_tried_three_times_and_left)
{
    uint32_t deaf = aw_make(w, "1.2.0", 1, SIZE, AW_DEAF);

    aw_publish(w, deaf, 1);
    aw_boot(w);
    aw_run(w, 24 * HOUR, NULL);
    cr_assert(aw_runs(w, 0));
    cr_assert_eq(w->trials, 3);
    cr_assert_eq(aw_fetched(w), w->image[deaf].size);
    expect_record(AGENT_STATE_IDLE, AGENT_RESULT_UPDATE_FAILED,
                  AGENT_WHY_TRIES_USED_UP);
    cr_assert(aw_record(w)->final);
    cr_assert(reported(w));
}

/* Flash loses it between read-back and boot: three trials at most. */
Test(agent, an_image_that_the_bootloader_finds_broken_is_left_in_the_end)
{
    uint32_t broken = aw_make(w, "1.2.0", 1, SIZE, AW_BROKEN);

    aw_publish(w, broken, 1);
    aw_boot(w);
    aw_run(w, 24 * HOUR, NULL);
    cr_assert(aw_runs(w, 0));
    cr_assert_leq(w->boots, 8);
    cr_assert(aw_record(w)->final);
    cr_assert_eq(aw_fetched(w), w->image[broken].size);
}

static bool half_way(const struct aw *at)
{
    return aw_record(at)->written >= SIZE / 2;
}

Test(agent, an_outage_costs_no_try_and_no_byte_twice)
{
    aw_publish(w, update, 1);
    aw_boot(w);
    cr_assert(aw_run(w, 100, half_way));
    link_set_up(&w->link, false);
    aw_run(w, 24 * HOUR, NULL);
    expect_record(AGENT_STATE_IDLE, AGENT_RESULT_CONNECTION_LOST,
                  AGENT_WHY_UNREACHABLE);
    cr_assert_eq(aw_record(w)->tries, 0);
    cr_assert(aw_record(w)->written >= SIZE / 2);
    /* one record for it, and polls an hour apart in the end */
    cr_assert_leq(w->agent.polls, 60);
    link_set_up(&w->link, true);
    cr_assert(aw_run(w, 3 * HOUR, success_reported));
    cr_assert_leq(aw_fetched(w), w->image[update].size + 1024);
}

Test(agent, heavy_loss_duplicates_and_reordering)
{
    uint64_t reordered = 0;

    for (uint64_t seed = 1; seed <= 10; seed++) {
        aw_init(w, seed);
        update = aw_make(w, "1.1.0", 1, SIZE, AW_GOOD);
        aw_link(w, 200, 250000, 200000, 200000);
        aw_publish(w, update, 1);
        aw_boot(w);
        cr_assert(aw_run(w, 8 * HOUR, updated), "seed %u", (unsigned)seed);
        cr_assert_gt(w->link.way[LINK_UP].counts.lost[LINK_LOST_RANDOM], 0);
        cr_assert_gt(w->link.way[LINK_DOWN].counts.duplicated, 0);
        reordered += w->link.way[LINK_DOWN].counts.reordered;
    }
    cr_assert_gt(reordered, 0);
}

Test(agent, another_release_in_the_middle_starts_over)
{
    uint32_t newer = aw_make(w, "1.2.0", 1, SIZE, AW_GOOD);

    aw_publish(w, update, 1);
    aw_boot(w);
    cr_assert(aw_run(w, 100, half_way));
    uint64_t fetched = aw_fetched(w);
    aw_publish(w, newer, 2);
    aw_run(w, 300, NULL);
    cr_assert(aw_runs(w, newer));
    cr_assert_leq(aw_fetched(w), fetched + w->image[newer].size + 1024);
    cr_assert_eq(aw_record(w)->result, AGENT_RESULT_SUCCESS);
}

Test(agent, what_is_withdrawn_is_cancelled_and_goes_on_when_it_is_back)
{
    aw_publish(w, update, 1);
    aw_boot(w);
    cr_assert(aw_run(w, 100, half_way));
    server_withdraw(&w->server);
    aw_run(w, HOUR, NULL);
    expect_record(AGENT_STATE_IDLE, AGENT_RESULT_CONNECTION_LOST,
                  AGENT_WHY_SERVER_REFUSED);
    aw_publish(w, update, 1);
    cr_assert(aw_run(w, 2 * HOUR, success_reported));
    cr_assert_leq(aw_fetched(w), w->image[update].size + 1024);
}

/* ---- a server that does wrong ---------------------------------------------------------- */

struct wrong {
    enum server_fault_kind kind;
    struct server_fault fault;
    bool ends; /* the release, in the end */
};

static const struct wrong wrongs[] = {
    {SERVER_SILENT, {.resource = SERVER_IMAGE}, false},
    {SERVER_REFUSE, {.resource = SERVER_DESCRIPTION}, false},
    {SERVER_REFUSE, {.resource = SERVER_IMAGE}, false},
    {SERVER_REFUSE, {.resource = SERVER_IMAGE, .value = 0x84}, false},
    {SERVER_CORRUPT, {.resource = SERVER_DESCRIPTION, .from = 9}, false},
    {SERVER_CORRUPT, {.resource = SERVER_IMAGE, .from = 5000}, true},
    {SERVER_CORRUPT, {.resource = SERVER_IMAGE, .from = 0}, true},
    {SERVER_WRONG_ETAG, {.resource = SERVER_DESCRIPTION}, false},
    {SERVER_WRONG_ETAG, {.resource = SERVER_IMAGE, .from = 5000}, true},
    {SERVER_TRUNCATE, {.resource = SERVER_DESCRIPTION}, false},
    {SERVER_TRUNCATE, {.resource = SERVER_IMAGE, .from = 5000}, true},
    {SERVER_TRUNCATE, {.resource = SERVER_IMAGE, .value = 1024}, true},
    {SERVER_WRONG_BLOCK, {.resource = SERVER_IMAGE, .from = 3000}, true},
    {SERVER_WRONG_TOKEN, {.resource = SERVER_DESCRIPTION}, false},
    {SERVER_WRONG_TOKEN, {.resource = SERVER_IMAGE}, false},
    {SERVER_OTHER_IMAGE, {.resource = SERVER_IMAGE, .from = 5000}, true},
    {SERVER_STALL, {.resource = SERVER_IMAGE, .from = 5000}, false},
    {SERVER_STALL, {.resource = SERVER_DESCRIPTION}, false},
    {SERVER_WRONG_SIZE, {.resource = SERVER_IMAGE}, true},
    {SERVER_ENDLESS, {.resource = SERVER_IMAGE}, true},
    {SERVER_SMALL_BLOCKS, {.resource = SERVER_IMAGE, .value = 16}, true},
};

/* Gives up in bounds, keeps what runs, and is well again when the server is:
 * with the same release, or, when that had its tries, with the next. */
static void expect_survived(const struct wrong *wrong, uint32_t times)
{
    struct server_fault fault = wrong->fault;

    setup();
    fault.on = 1;
    fault.times = times;
    aw_publish(w, update, 1);
    cr_assert_eq(server_misbehave(&w->server, wrong->kind, &fault), 0);
    aw_boot(w);
    aw_run(w, 24 * HOUR, NULL);
    bool done = aw_runs(w, update);
    bool harmless = wrong->kind == SERVER_WRONG_ETAG &&
                    wrong->fault.resource == SERVER_DESCRIPTION;
    cr_assert_eq(done, times == 1 || harmless, "%s",
                 server_fault_name(wrong->kind));
    cr_assert_leq(aw_fetched(w), 4u * w->image[update].size);
    cr_assert_eq(w->trials, done ? 1 : 0);
    if (!done) {
        cr_assert_eq(aw_record(w)->final, wrong->ends, "%s",
                     server_fault_name(wrong->kind));
    }
    server_behave(&w->server, wrong->kind);
    if (!done && wrong->ends) {
        aw_publish(w, update, 2);
    }
    cr_assert(aw_run(w, 4 * HOUR, success_reported), "%s",
              server_fault_name(wrong->kind));
}

Test(agent, a_server_that_goes_on_doing_wrong_is_left_in_bounds)
{
    for (unsigned i = 0; i < sizeof(wrongs) / sizeof(wrongs[0]); i++) {
        expect_survived(&wrongs[i], 0);
    }
}

Test(agent, a_server_that_does_wrong_once_is_forgiven)
{
    for (unsigned i = 0; i < sizeof(wrongs) / sizeof(wrongs[0]); i++) {
        expect_survived(&wrongs[i], 1);
    }
}

Test(agent, every_block_size_will_do_and_the_server_may_want_smaller_ones)
{
    for (uint32_t szx = 2; szx <= 6; szx++) {
        for (uint32_t own = 2; own <= 6; own++) {
            setup();
            w->server.szx = szx;
            w->figures.block_size = 16u << own;
            aw_publish(w, update, 1);
            aw_boot(w);
            cr_assert(aw_run(w, HOUR, updated), "%u %u", szx, own);
            cr_assert_leq(aw_fetched(w), w->image[update].size + 1024);
        }
    }
}

/* ---- gates -------------------------------------------------------------------------------- */

static void expect_deferred(enum agent_why why)
{
    aw_publish(w, update, 1);
    aw_boot(w);
    aw_run(w, HOUR, NULL);
    cr_assert_eq(aw_fetched(w), 0);
    expect_record(AGENT_STATE_IDLE, AGENT_RESULT_DEFERRED, why);
    cr_assert_eq(aw_record(w)->tries, 0);
    cr_assert_gt(w->events[AGENT_EVENT_DEFER], 40, "looked at again");
    cr_assert_eq(w->server.counts.reports, 1);
}

Test(agent, a_low_battery_defers)
{
    w->supply.battery_mv = 3299;
    expect_deferred(AGENT_WHY_BATTERY_LOW);
    w->supply.battery_mv = 3300;
    cr_assert(aw_run(w, 200, success_reported));
}

Test(agent, a_download_goes_on_with_a_little_less_battery)
{
    aw_publish(w, update, 1);
    aw_boot(w);
    cr_assert(aw_run(w, 100, half_way));
    w->supply.battery_mv = 3199;
    aw_run(w, HOUR, NULL);
    expect_record(AGENT_STATE_DOWNLOADING, AGENT_RESULT_DEFERRED,
                  AGENT_WHY_BATTERY_LOW);
    setup();
    aw_publish(w, update, 1);
    aw_boot(w);
    cr_assert(aw_run(w, 100, half_way));
    w->supply.battery_mv = 3200;
    cr_assert(aw_run(w, 100, success_reported));
}

Test(agent, too_little_energy_defers)
{
    w->supply.left_mj = 3239; /* not even one and a half times the tail */
    expect_deferred(AGENT_WHY_ENERGY_LOW);
    /* 12,163 bytes are 12 blocks: even with a trip of 4 s each, 12 x (776 mJ +
     * 18.03 mJ) + 12 KiB x 0.76 mJ + 2160 mJ = 11697 mJ, 17545 with the margin
     */
    w->supply.left_mj = 17546;
    cr_assert(aw_run(w, 200, success_reported));
}

/* By hand: 600 blocks of 1 KiB, 1.5 s each, and 30 ms of sending. */
Test(agent, energy_of_the_rest)
{
    struct agent agent = {.port = &w->port,
                          .figures = {.block_size = 1024,
                                      .ack_timeout_ms = 4000,
                                      .radio_rx_mw = 194,
                                      .radio_tx_mw = 601,
                                      .request_ms = 30,
                                      .radio_after_mj = 2160,
                                      .flash_uj_per_kib = 760}};

    agent.exchange.smoothed_ms = 1500;
    /* 600 x (291 + 18.03) mJ + 456 mJ + 2160 mJ */
    cr_expect_eq(agent_energy_mj(&agent, 600 * 1024), 188034);
    cr_expect_eq(agent_energy_mj(&agent, 599 * 1024 + 1), 188034);
    cr_expect_eq(agent_energy_mj(&agent, 0), 2160);
    agent.exchange.smoothed_ms = 0; /* unknown: 4 s */
    cr_expect_eq(agent_energy_mj(&agent, 1), 776 + 18 + 2160);
    /* the most that all figures allow does not overflow */
    agent.figures = (struct agent_figures){.block_size = 64,
                                           .ack_timeout_ms = UINT32_MAX,
                                           .radio_rx_mw = 10000,
                                           .radio_tx_mw = 10000,
                                           .request_ms = 600000,
                                           .radio_after_mj = 1000000000,
                                           .flash_uj_per_kib = 1000000};
    cr_expect_eq(agent_energy_mj(&agent, UINT32_MAX),
                 UINT64_C(67108864) * 12000000 + UINT64_C(4194304) * 1000 +
                     1000000000);
    w->supply.left_mj = 7199;
    cr_expect_eq(agent_energy_left_mwh(&agent), 1);
    w->supply.left_mj = UINT32_MAX;
    cr_expect_eq(agent_energy_left_mwh(&agent), UINT32_MAX);
}

Test(agent, outside_its_window_nothing_is_fetched)
{
    uint64_t day = 86400 * UINT64_C(1000);

    w->rtc_start_ms = 100 * day + 12 * HOUR * 1000;
    w->figures.window_start_s = 23 * 3600;
    w->figures.window_length_s = 3 * 3600; /* over midnight */
    expect_deferred(AGENT_WHY_OUTSIDE_WINDOW);
    cr_assert_not(aw_run(w, 9 * HOUR + 1800, updated));
    cr_assert(aw_run(w, HOUR, updated));
    setup();
    w->rtc_start_ms = 100 * day + 1 * HOUR * 1000;
    w->figures.window_start_s = 23 * 3600;
    w->figures.window_length_s = 3 * 3600;
    aw_publish(w, update, 1);
    aw_boot(w);
    cr_assert(aw_run(w, 200, updated));
}

Test(agent, the_owner_can_defer_and_can_look_now)
{
    aw_publish(w, update, 1);
    aw_boot(w);
    agent_defer(&w->agent, 2 * HOUR * 1000);
    aw_run(w, HOUR, NULL);
    expect_record(AGENT_STATE_IDLE, AGENT_RESULT_DEFERRED, AGENT_WHY_DEFERRED);
    cr_assert_eq(aw_fetched(w), 0);
    agent_poll_now(&w->agent);
    w->due_ms = 0;
    cr_assert(aw_run(w, 30, updated));
}

Test(agent, a_deferral_ends_by_itself)
{
    aw_publish(w, update, 1);
    aw_boot(w);
    agent_defer(&w->agent, 2 * HOUR * 1000);
    cr_assert_not(aw_run(w, 2 * HOUR - 10, updated));
    cr_assert(aw_run(w, 200, updated));
}

Test(agent, a_poor_link_defers)
{
    w->figures.link_losses = 0;
    aw_link(w, 40, 600000, 0, 0);
    aw_publish(w, update, 1);
    aw_boot(w);
    for (unsigned i = 0; i < 200 && w->events[AGENT_EVENT_DEFER] == 0; i++) {
        aw_run(w, 60, NULL);
    }
    cr_assert_gt(w->events[AGENT_EVENT_DEFER], 0);
    aw_link(w, 40, 0, 0, 0);
    cr_assert(aw_run(w, 2 * HOUR, updated));
}

/* ---- reports -------------------------------------------------------------------------------- */

Test(agent, a_report_is_repeated_until_it_is_acknowledged)
{
    struct server_fault fault = {.on = 1, .resource = SERVER_STATUS};

    cr_assert_eq(server_misbehave(&w->server, SERVER_REFUSE, &fault), 0);
    aw_publish(w, update, 1);
    aw_boot(w);
    cr_assert(aw_run(w, 100, updated), "it does not wait for reports");
    aw_run(w, 6 * HOUR, NULL);
    cr_assert_not(aw_record(w)->reported);
    cr_assert_leq(w->server.counts.requests[SERVER_STATUS], 30);
    aw_boot(w);
    aw_run(w, 5, NULL);
    server_behave(&w->server, SERVER_REFUSE);
    cr_assert(aw_run(w, 2 * HOUR, reported));
    cr_assert_eq(aw_record(w)->result, AGENT_RESULT_SUCCESS);
}

/* ---- recovery -------------------------------------------------------------------------------- */

static void lose_both_slots(void)
{
    w->recovery = aw_make(w, "1.0.0", 256, 6000, AW_GOOD);
    memset(w->flash.array + aw_slot(OTA_SLOT_A), 0xFF, AW_SLOT_SIZE);
    memset(w->flash.array + aw_slot(OTA_SLOT_B) + 0x100, 0, 0x1000);
}

Test(agent, recovery_fetches_what_is_offered)
{
    lose_both_slots();
    aw_publish(w, aw_make(w, "0.5.0", 1, SIZE, AW_GOOD), 1);
    aw_boot(w);
    cr_assert_eq(w->state.slot, OTA_SLOT_RECOVERY);
    aw_run(w, 200, NULL);
    cr_assert_eq(w->running, 3);
    cr_assert_eq(w->state.state, OTA_CONFIRMED);
    cr_assert_eq(w->state.slot, OTA_SLOT_A);
}

Test(agent, recovery_holds_to_the_fuses)
{
    lose_both_slots();
    w->limits.fuse_counter = 2;
    aw_publish(w, update, 1);
    aw_boot(w);
    aw_run(w, HOUR, NULL);
    cr_assert_eq(aw_fetched(w), 0);
    cr_assert_eq(w->why_last[AGENT_EVENT_REFUSE], AGENT_WHY_COUNTER_LOW);
}

/* The release that is confirmed here already is lost, and wanted again. */
Test(agent, recovery_fetches_again_what_had_succeeded)
{
    aw_publish(w, update, 1);
    aw_boot(w);
    cr_assert(aw_run(w, 200, success_reported));
    lose_both_slots();
    aw_boot(w);
    cr_assert_eq(w->state.slot, OTA_SLOT_RECOVERY);
    cr_assert(aw_run(w, 100, updated));
}

/* ---- power cuts ------------------------------------------------------------------------------- */

/* One update, cut at one operation; how many operations there were. */
static uint32_t run_cut(uint32_t at, enum flash_form form)
{
    setup();
    aw_publish(w, update, 1);
    aw_boot(w);
    w->cut_at = at;
    w->cut_form = form;
    cr_assert(aw_run(w, 600, updated), "cut at %u, %s", at,
              flash_form_name(form));
    cr_assert_eq(w->cuts, at == UINT32_MAX ? 0u : 1u);
    cr_assert_leq(aw_fetched(w), w->image[update].size + 1024,
                  "cut at %u, %s: %u bytes", at, flash_form_name(form),
                  (unsigned)aw_fetched(w));
    cr_assert_leq(w->trials, 2);
    cr_assert_eq(aw_record(w)->tries, 0);
    return w->operations;
}

static void cut_everywhere(const enum flash_form *forms, unsigned count)
{
    uint32_t operations = run_cut(UINT32_MAX, FLASH_FORM_AUTO);

    cr_assert_gt(operations, 60);
    for (uint32_t at = 0; at < operations; at++) {
        for (unsigned i = 0; i < count; i++) {
            (void)run_cut(at, forms[i]);
        }
    }
}

Test(agent, a_cut_at_any_flash_operation_costs_a_block_at_most)
{
    static const enum flash_form forms[] = {FLASH_FORM_BEFORE, FLASH_FORM_AFTER,
                                            FLASH_FORM_BITS};

    cut_everywhere(forms, 3);
}

/* Reads as it should, and is not to be relied on. */
Test(agent, weak_words_are_written_again)
{
    static const enum flash_form forms[] = {FLASH_FORM_WEAK,
                                            FLASH_FORM_ERASE_WEAK};

    cut_everywhere(forms, 2);
}

Test(agent, a_cut_that_disturbs_is_survived)
{
    static const enum flash_form forms[] = {FLASH_FORM_DISTURB,
                                            FLASH_FORM_ERASE_MIX};
    uint32_t operations = run_cut(UINT32_MAX, FLASH_FORM_AUTO);

    /* Neighbours lose bits: what was written already may be damaged, and is
     * fetched again when the read-back shows it. */
    for (uint32_t at = 0; at < operations; at++) {
        for (unsigned i = 0; i < 2; i++) {
            setup();
            aw_publish(w, update, 1);
            aw_boot(w);
            w->cut_at = at;
            w->cut_form = forms[i];
            cr_assert(aw_run(w, 600, updated), "cut at %u, %s", at,
                      flash_form_name(forms[i]));
            cr_assert_leq(aw_fetched(w), 2u * w->image[update].size + 1024);
        }
    }
}

/* Every so many operations, wherever that is. */
Test(agent, cuts_again_and_again)
{
    for (uint32_t every = 25; every < 60; every++) {
        setup();
        aw_publish(w, update, 1);
        aw_boot(w);
        w->cut_at = every;
        w->cut_again = every;
        w->cut_form = FLASH_FORM_AUTO;
        cr_assert(aw_run(w, 2 * HOUR, updated), "every %u", every);
        cr_assert_gt(w->cuts, 0);
        cr_assert_leq(aw_fetched(w),
                      w->image[update].size + w->cuts * FLASH_SECTOR);
    }
}

/* ---- flash that fails ------------------------------------------------------------------------------ */

/* So that an erase that did not do its work can be seen. */
static void fill_with_junk(void)
{
    memset(w->flash.array, 0x5A, aw_slot(OTA_SLOT_A));
    memset(w->flash.array + aw_slot(OTA_SLOT_B), 0xA5, AW_SLOT_SIZE);
}

Test(agent, an_operation_that_fails_is_made_up_for)
{
    uint32_t operations = run_cut(UINT32_MAX, FLASH_FORM_AUTO);

    for (uint32_t at = 0; at < operations; at++) {
        for (unsigned how = FLASH_FAULT_REPORTED; how <= FLASH_FAULT_WRONG;
             how++) {
            setup();
            fill_with_junk();
            aw_publish(w, update, 1);
            aw_boot(w);
            w->fail_at = at;
            w->fail_how = (enum flash_fault)how;
            /* it may read right by chance, and says nothing */
            w->lenient = how == FLASH_FAULT_WRONG;
            cr_assert(aw_run(w, 600, updated), "operation %u, fault %u", at,
                      how);
            cr_assert_leq(aw_fetched(w), 2u * w->image[update].size + 1024);
        }
    }
}

static void expect_left_alone(uint8_t slot_bytes)
{
    aw_run(w, 24 * HOUR, NULL);
    cr_assert(aw_runs(w, 0));
    cr_assert_eq(w->trials, 0);
    cr_assert_leq(slot_writes(), slot_bytes);
}

/* What cannot be kept is not begun: it would be begun again and again. */
Test(agent, without_a_progress_log_nothing_is_fetched)
{
    w->port.progress.length = FLASH_SECTOR;
    aw_publish(w, update, 1);
    aw_boot(w);
    expect_left_alone(0);
    cr_assert_eq(aw_fetched(w), 0);
    cr_assert_leq(w->agent.polls, 24 * HOUR / 50);
}

/* ---- a record that somebody made up ------------------------------------------------------------------ */

static void forge(struct progress record)
{
    struct progress_log log;

    cr_assert_eq(progress_open(&log, &w->port_flash, w->port.progress), OTA_OK);
    w->info.slot = OTA_SLOT_A;
    cr_assert_eq(progress_append(&log, &record), OTA_OK);
}

static struct progress record_of_update(void)
{
    const struct aw_image *image = &w->image[update];
    struct progress record = {.slot = OTA_SLOT_B,
                              .state = AGENT_STATE_DOWNLOADING,
                              .release = 1,
                              .size = (uint32_t)image->size};

    memcpy(record.image_digest, image->info.digest, OTA_DIGEST_SIZE);
    cr_assert(crypto_sha256(image->bytes, image->size, record.file_digest));
    return record;
}

Test(agent, forged_records_cost_a_download_at_worst)
{
    static const uint32_t written[] = {1,     100,        1023,      1024,
                                       4096,  8000,       12000,     12288,
                                       65536, 0x7FFFFFFF, 0xFFFFFC00};

    for (unsigned i = 0; i < sizeof(written) / sizeof(written[0]); i++) {
        for (unsigned state = 0; state <= AGENT_STATE_UPDATING; state++) {
            setup();
            struct progress record = record_of_update();
            record.state = (uint8_t)state;
            record.written = written[i];
            record.fetched = written[i];
            record.not_before_s = UINT32_MAX;
            forge(record);
            aw_publish(w, update, 1);
            aw_boot(w);
            cr_assert(aw_run(w, 900, success_reported), "%u state %u",
                      written[i], state);
        }
    }
}

Test(agent, a_record_with_all_its_bytes_still_has_to_prove_them)
{
    struct progress record = record_of_update();

    record.state = AGENT_STATE_DOWNLOADED;
    record.written = record.size;
    record.fetched = record.size;
    forge(record);
    aw_publish(w, update, 1);
    aw_boot(w);
    cr_assert_not(aw_run(w, 8, updated));
    cr_assert_eq(aw_record(w)->why, AGENT_WHY_BAD_DIGEST);
    cr_assert(aw_run(w, 200, updated));
    cr_assert_eq(w->trials, 1);
}

/* ---- what is remembered ---------------------------------------------------------------------------- */

/* Note and journal say the same; either is enough. */
Test(agent, surroundings_are_known_from_the_note_or_from_the_journal)
{
    for (unsigned noted = 0; noted < 2; noted++) {
        setup();
        struct progress record = record_of_update();
        record.state = AGENT_STATE_UPDATING;
        record.written = record.size;
        record.excused = (uint8_t)noted;
        forge(record);
        w->state.reason = noted ? OTA_REASON_NONE : OTA_REASON_SURROUNDINGS;
        aw_boot(w);
        expect_record(AGENT_STATE_IDLE, AGENT_RESULT_UPDATE_FAILED,
                      AGENT_WHY_SURROUNDINGS);
        cr_assert_eq(aw_record(w)->tries, 1);
        cr_assert_eq(aw_record(w)->written, record.size);
    }
}

static bool failed_once(const struct aw *at)
{
    return aw_record(at)->tries == 1;
}

Test(agent, a_back_off_outlasts_a_reset)
{
    struct server_fault fault = {
        .on = 1, .resource = SERVER_IMAGE, .from = 100, .times = 1};

    cr_assert_eq(server_misbehave(&w->server, SERVER_CORRUPT, &fault), 0);
    w->figures.backoff_ms = 600000;
    aw_publish(w, update, 1);
    aw_boot(w);
    cr_assert(aw_run(w, 100, failed_once));
    uint64_t fetched = aw_fetched(w);
    for (unsigned i = 0; i < 5; i++) {
        aw_boot(w);
        aw_run(w, 100, NULL);
    }
    cr_assert_eq(aw_fetched(w), fetched);
    cr_assert(aw_run(w, 300, success_reported));
}

/* 32 records a sector, so an update wears the log little. */
Test(agent, an_update_costs_its_log_few_erases)
{
    uint32_t erases = 0;

    update = aw_make(w, "1.2.0", 1, 24000, AW_GOOD);
    aw_publish(w, update, 1);
    aw_boot(w);
    cr_assert(aw_run(w, 200, success_reported));
    for (uint32_t at = 0; at < AW_PROGRESS_SIZE; at += FLASH_SECTOR) {
        erases += w->flash.erase_count[(AW_PROGRESS + at) / FLASH_BLOCK];
    }
    cr_assert_leq(erases, 24 / 32 + 2);
    cr_assert_eq(slot_writes(), 6, "each sector of the slot once");
}
