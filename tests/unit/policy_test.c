/* SPDX-License-Identifier: MIT */
/* The bootloader's decisions, rule by rule, and some stories of many boots. */
#include "ota/policy.h"

#include <criterion/criterion.h>
#include <string.h>

#include "ota/fuse.h"

static const struct policy_limits limits = {.trial_attempts = 3,
                                            .power_losses = 2,
                                            .fuse_counter = 4,
                                            .fuse_capacity = 256};

static const uint8_t no_digest[OTA_DIGEST_SIZE];

static void fill(uint8_t digest[OTA_DIGEST_SIZE], uint8_t value)
{
    memset(digest, value, OTA_DIGEST_SIZE);
}

/* Slot a runs image 0xA1, confirmed, request 10 was the last. */
static struct boot_state confirmed_a(void)
{
    struct boot_state state;

    memset(&state, 0, sizeof(state));
    state.sequence = 20;
    state.slot = OTA_SLOT_A;
    state.state = OTA_CONFIRMED;
    state.counter = 4;
    state.request = 10;
    state.flags = BOOT_ASKED;
    fill(state.digest, 0xA1);
    return state;
}

static struct boot_state trial_b(void)
{
    struct boot_state state = confirmed_a();

    state.slot = OTA_SLOT_B;
    state.state = OTA_TRIAL;
    state.attempts = 3;
    fill(state.digest, 0xB1);
    return state;
}

static struct request ask(uint8_t kind, uint8_t slot, uint8_t digest,
                          uint32_t counter)
{
    struct request request = {
        .sequence = 11, .kind = kind, .slot = slot, .number = counter};

    fill(request.digest, digest);
    return request;
}

static enum ota_reason take(const struct boot_state *now,
                            const struct request *request,
                            struct boot_state *next)
{
    bool changed;
    enum ota_reason verdict =
        policy_request(now, request, &limits, next, &changed);

    cr_assert(changed);
    cr_assert_eq(next->request, 11);
    return verdict;
}

/* A refused request changes nothing but what was dealt with. */
static void expect_refused(const struct boot_state *now,
                           const struct request *request,
                           enum ota_reason reason)
{
    struct boot_state next;
    struct boot_state want = *now;

    cr_assert_eq(take(now, request, &next), reason, "got another verdict");
    want.request = 11;
    cr_assert_eq(memcmp(&next, &want, sizeof(want)), 0);
}

Test(policy, an_old_request_changes_nothing)
{
    struct boot_state now = confirmed_a();
    struct boot_state next;
    struct request request = ask(OTA_REQUEST_TRIAL, OTA_SLOT_B, 0xB1, 0);
    bool changed = true;

    for (request.sequence = 0; request.sequence <= 10; request.sequence++) {
        (void)policy_request(&now, &request, &limits, &next, &changed);
        cr_assert_not(changed);
        cr_assert_eq(memcmp(&next, &now, sizeof(now)), 0);
    }
}

Test(policy, a_trial_begins_with_full_attempts)
{
    struct boot_state now = confirmed_a();
    struct boot_state next;
    struct request request = ask(OTA_REQUEST_TRIAL, OTA_SLOT_B, 0xB1, 0);

    now.reason = OTA_REASON_TRIAL_FAILED;
    cr_assert_eq(take(&now, &request, &next), OTA_REASON_NONE);
    cr_assert_eq(next.slot, OTA_SLOT_B);
    cr_assert_eq(next.state, OTA_TRIAL);
    cr_assert_eq(next.attempts, 3);
    cr_assert_eq(memcmp(next.digest, request.digest, OTA_DIGEST_SIZE), 0);
    cr_assert(policy_has_fallback(&next));
}

Test(policy, a_trial_ends_a_commit_that_was_not_burned)
{
    struct boot_state now = confirmed_a();
    struct boot_state next;
    struct request request = ask(OTA_REQUEST_TRIAL, OTA_SLOT_B, 0xB1, 0);

    now.counter = 9;
    cr_assert_eq(take(&now, &request, &next), OTA_REASON_NONE);
    cr_assert_eq(next.counter, limits.fuse_counter);
}

Test(policy, outdone_is_who_claims_less_than_the_fallback)
{
    struct image_info info = {.counter = limits.fuse_counter};

    cr_assert(policy_outdone(OTA_REASON_DOWNGRADE, &info, &limits));
    cr_assert(policy_outdone(OTA_REASON_COUNTER_LOW, &info, &limits));
    info.counter--;
    cr_assert_not(policy_outdone(OTA_REASON_COUNTER_LOW, &info, &limits));
    info.counter++;
    for (unsigned reason = 0; reason <= OTA_REASON_SURROUNDINGS; reason++) {
        bool compared =
            reason == OTA_REASON_DOWNGRADE || reason == OTA_REASON_COUNTER_LOW;
        cr_assert_eq(policy_outdone((enum ota_reason)reason, &info, &limits),
                     compared, "%u", reason);
    }
}

Test(policy, trials_are_refused_by_rule)
{
    struct boot_state now = confirmed_a();
    struct request request = ask(OTA_REQUEST_TRIAL, OTA_SLOT_A, 0xA2, 0);

    expect_refused(&now, &request, OTA_REASON_BAD_REQUEST); /* own slot */
    request.slot = OTA_SLOT_RECOVERY;
    expect_refused(&now, &request, OTA_REASON_BAD_REQUEST);
    request.slot = 0xFF;
    expect_refused(&now, &request, OTA_REASON_BAD_REQUEST);
    request = ask(OTA_REQUEST_TRIAL, OTA_SLOT_B, 0xB1, 0);
    fill(now.rejected[0], 0xB1);
    expect_refused(&now, &request, OTA_REASON_REJECTED_BEFORE);
    fill(now.rejected[0], 0x11);
    fill(now.rejected[1], 0xB1);
    expect_refused(&now, &request, OTA_REASON_REJECTED_BEFORE);
    now = trial_b();
    request.slot = OTA_SLOT_A;
    expect_refused(&now, &request, OTA_REASON_NO_FALLBACK);
}

/* An unknown digest is not "the one that was rejected": both are zeros. */
Test(policy, an_unknown_digest_was_not_rejected)
{
    struct boot_state now = confirmed_a();
    struct boot_state next;
    struct request request = ask(OTA_REQUEST_TRIAL, OTA_SLOT_B, 0, 0);

    cr_assert_eq(take(&now, &request, &next), OTA_REASON_NONE);
}

Test(policy, unknown_kinds_are_refused)
{
    static const uint8_t kinds[] = {0, 5, 255};
    struct boot_state now = confirmed_a();

    for (unsigned i = 0; i < sizeof(kinds); i++) {
        struct request request = ask(kinds[i], OTA_SLOT_B, 0xB1, 0);
        expect_refused(&now, &request, OTA_REASON_BAD_REQUEST);
    }
}

Test(policy, confirm_is_for_the_image_on_trial)
{
    struct boot_state now = trial_b();
    struct boot_state next;
    struct request request = ask(OTA_REQUEST_CONFIRM, OTA_SLOT_B, 0xB1, 0);

    now.attempts = 0;
    cr_assert_eq(take(&now, &request, &next), OTA_REASON_NONE);
    cr_assert_eq(next.state, OTA_CONFIRMED);
    cr_assert_eq(next.slot, OTA_SLOT_B);
    cr_assert_eq(next.counter, now.counter, "confirming commits nothing");
    request.slot = OTA_SLOT_A;
    expect_refused(&now, &request, OTA_REASON_BAD_REQUEST);
    request = ask(OTA_REQUEST_CONFIRM, OTA_SLOT_B, 0xB2, 0);
    expect_refused(&now, &request, OTA_REASON_BAD_REQUEST);
    fill(now.digest, 0); /* two unknown digests are not equal */
    request = ask(OTA_REQUEST_CONFIRM, OTA_SLOT_B, 0, 0);
    expect_refused(&now, &request, OTA_REASON_BAD_REQUEST);
}

Test(policy, commit_is_for_the_confirmed_image)
{
    struct boot_state now = confirmed_a();
    struct boot_state next;
    struct request request = ask(OTA_REQUEST_COMMIT, OTA_SLOT_A, 0xA1, 7);

    cr_assert_eq(take(&now, &request, &next), OTA_REASON_NONE);
    cr_assert_eq(next.counter, 7);
    request.number = 256;
    cr_assert_eq(take(&now, &request, &next), OTA_REASON_NONE);
    cr_assert_eq(next.counter, 256);
    request.number = 257;
    expect_refused(&now, &request, OTA_REASON_COUNTER_HIGH);
    request.number = 2; /* never goes back */
    cr_assert_eq(take(&now, &request, &next), OTA_REASON_NONE);
    cr_assert_eq(next.counter, 4);
    request = ask(OTA_REQUEST_COMMIT, OTA_SLOT_A, 0xA2, 7);
    expect_refused(&now, &request, OTA_REASON_BAD_REQUEST);
    now = trial_b();
    request = ask(OTA_REQUEST_COMMIT, OTA_SLOT_B, 0xB1, 7);
    expect_refused(&now, &request, OTA_REASON_NO_FALLBACK);
}

/* The image that gives its trial back is not held against itself. */
Test(policy, an_abandoned_trial_goes_back_and_may_be_asked_for_again)
{
    struct boot_state now = trial_b();
    struct boot_state next;
    struct request request = ask(OTA_REQUEST_ABANDON, OTA_SLOT_B, 0xB1, 0);

    now.attempts = 2;
    cr_assert_eq(take(&now, &request, &next), OTA_REASON_NONE);
    cr_assert_eq(next.slot, OTA_SLOT_A);
    cr_assert_eq(next.state, OTA_CONFIRMED);
    cr_assert_eq(next.attempts, 0);
    cr_assert_eq(next.reason, OTA_REASON_SURROUNDINGS);
    cr_assert_eq(memcmp(next.rejected[0], no_digest, OTA_DIGEST_SIZE), 0);
    now = next;
    now.request = 10;
    request = ask(OTA_REQUEST_TRIAL, OTA_SLOT_B, 0xB1, 0);
    cr_assert_eq(take(&now, &request, &next), OTA_REASON_NONE);
    cr_assert_eq(next.attempts, 3);
}

Test(policy, abandon_is_for_the_image_on_trial_with_a_way_back)
{
    struct boot_state now = trial_b();
    struct request request = ask(OTA_REQUEST_ABANDON, OTA_SLOT_B, 0xB2, 0);

    expect_refused(&now, &request, OTA_REASON_BAD_REQUEST);
    request = ask(OTA_REQUEST_ABANDON, OTA_SLOT_A, 0xB1, 0);
    expect_refused(&now, &request, OTA_REASON_BAD_REQUEST);
    request = ask(OTA_REQUEST_ABANDON, OTA_SLOT_B, 0xB1, 0);
    now.reason = OTA_REASON_NO_FALLBACK; /* or two images would take turns */
    expect_refused(&now, &request, OTA_REASON_NO_FALLBACK);
    now = confirmed_a();
    request = ask(OTA_REQUEST_ABANDON, OTA_SLOT_A, 0xA1, 0);
    expect_refused(&now, &request, OTA_REASON_NO_FALLBACK);
}

/* ---- choosing ------------------------------------------------------------ */

struct choice {
    struct boot_state next;
    enum ota_slot slot;
    bool changed, gave_up;
};

static struct choice choose_after(const struct boot_state *now, bool power_on,
                                  bool alive)
{
    struct policy_ending ending = {power_on, alive};
    struct choice choice;

    choice.slot = policy_choose(now, &limits, &ending, &choice.next,
                                &choice.changed, &choice.gave_up);
    return choice;
}

/* After a reset that the image itself has caused. */
static struct choice choose(const struct boot_state *now)
{
    return choose_after(now, false, true);
}

Test(policy, a_confirmed_image_is_just_taken)
{
    struct boot_state now = confirmed_a();
    struct choice choice = choose(&now);

    cr_assert_eq(choice.slot, OTA_SLOT_A);
    cr_assert_not(choice.changed);
    cr_assert_not(choice.gave_up);
}

Test(policy, a_trial_runs_as_often_as_it_may)
{
    struct boot_state now = trial_b();

    for (unsigned left = 3; left > 0; left--) {
        struct choice choice = choose(&now);
        cr_assert_eq(choice.slot, OTA_SLOT_B);
        cr_assert(choice.changed);
        cr_assert_not(choice.gave_up);
        cr_assert_eq(choice.next.attempts, left - 1);
        now = choice.next;
    }
    struct choice choice = choose(&now);
    cr_assert(choice.gave_up);
    cr_assert_eq(choice.slot, OTA_SLOT_A);
    cr_assert_eq(choice.next.state, OTA_CONFIRMED);
    cr_assert_eq(choice.next.reason, OTA_REASON_TRIAL_FAILED);
    cr_assert_eq(choice.next.rejected[0][5], 0xB1);
    cr_assert_eq(choice.next.rejected_reason, OTA_REASON_TRIAL_FAILED);
    cr_assert_eq(memcmp(choice.next.digest, no_digest, OTA_DIGEST_SIZE), 0);
}

Test(policy, attempts_beyond_the_limit_do_not_count)
{
    struct boot_state now = trial_b();

    now.attempts = 255;
    cr_assert_eq(choose(&now).next.attempts, 2);
}

Test(policy, a_trial_without_a_confirmed_image_behind_it_tries_the_other)
{
    struct boot_state now = trial_b();

    now.attempts = 0;
    now.reason = OTA_REASON_NO_FALLBACK;
    struct choice choice = choose(&now);
    cr_assert(choice.gave_up);
    cr_assert_eq(choice.slot, OTA_SLOT_A);
    cr_assert_eq(choice.next.state, OTA_TRIAL);
    cr_assert_eq(choice.next.attempts, 3);
    cr_assert_not(policy_has_fallback(&choice.next));
}

/* A weak fuse bit that read as burned when the trial began has dropped since:
 * back at the confirmed image, the burn is completed. */
Test(policy, going_back_does_not_lower_the_counter)
{
    struct boot_state now = trial_b();
    struct image_info info = {.counter = 6};
    struct boot_state next;

    now.counter = limits.fuse_counter + 1;
    cr_assert(
        policy_reject(&now, OTA_REASON_BAD_HASH, no_digest, 2, &limits, &next));
    cr_assert_eq(next.counter, now.counter);
    cr_assert_eq(policy_burn_target(&next, &info, &limits), now.counter);
    now.attempts = 0;
    cr_assert_eq(choose(&now).next.counter, now.counter);
    now.counter = limits.fuse_counter - 1;
    cr_assert_eq(choose(&now).next.counter, limits.fuse_counter);
}

Test(policy, a_refused_image_leads_on_to_the_next_place)
{
    static const struct {
        uint8_t slot, state, reason;
        unsigned tried;
        bool left;
        uint8_t to, to_state;
    } cases[] = {
        {OTA_SLOT_B, OTA_TRIAL, 0, 2, true, OTA_SLOT_A, OTA_CONFIRMED},
        {OTA_SLOT_B, OTA_TRIAL, 5, 2, true, OTA_SLOT_A, OTA_TRIAL},
        {OTA_SLOT_A, OTA_CONFIRMED, 0, 1, true, OTA_SLOT_B, OTA_TRIAL},
        {OTA_SLOT_A, OTA_CONFIRMED, 0, 3, true, OTA_SLOT_RECOVERY,
         OTA_CONFIRMED},
        {OTA_SLOT_B, OTA_TRIAL, 5, 3, true, OTA_SLOT_RECOVERY, OTA_CONFIRMED},
        {OTA_SLOT_RECOVERY, OTA_CONFIRMED, 0, 4, true, OTA_SLOT_A, OTA_TRIAL},
        {OTA_SLOT_A, OTA_TRIAL, 5, 5, true, OTA_SLOT_B, OTA_TRIAL},
        {OTA_SLOT_B, OTA_TRIAL, 5, 7, false, 0, 0},
        {OTA_SLOT_RECOVERY, OTA_CONFIRMED, 0, 7, false, 0, 0},
    };

    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct boot_state now = confirmed_a();
        struct boot_state next;
        now.slot = cases[i].slot;
        now.state = cases[i].state;
        now.reason = cases[i].reason;
        bool left = policy_reject(&now, OTA_REASON_BAD_HASH, now.digest,
                                  cases[i].tried, &limits, &next);
        cr_assert_eq(left, cases[i].left, "case %u", i);
        if (left) {
            cr_assert_eq(next.slot, cases[i].to, "case %u", i);
            cr_assert_eq(next.state, cases[i].to_state, "case %u", i);
            cr_assert_eq(next.reason, OTA_REASON_BAD_HASH);
            cr_assert_eq(next.attempts, next.state == OTA_TRIAL ? 3 : 0);
        }
    }
}

Test(policy, only_what_lasts_is_remembered)
{
    for (unsigned reason = 1; reason <= OTA_REASON_SURROUNDINGS; reason++) {
        struct boot_state now = trial_b();
        struct boot_state next;
        bool lasts = reason == OTA_REASON_COUNTER_LOW ||
                     reason == OTA_REASON_COUNTER_HIGH ||
                     reason == OTA_REASON_BAD_ENTRY ||
                     reason == OTA_REASON_TRIAL_FAILED;
        cr_assert(policy_reject(&now, (enum ota_reason)reason, now.digest, 2,
                                &limits, &next));
        cr_assert_eq(next.rejected[0][0], lasts ? 0xB1 : 0, "%u", reason);
        cr_assert_eq(next.rejected_reason, lasts ? reason : 0);
    }
}

Test(policy, two_failed_digests_are_kept_whatever_is_refused_between)
{
    static const struct {
        uint8_t digest;
        enum ota_reason reason;
        uint8_t kept[2];
    } rows[] = {
        {1, OTA_REASON_BAD_ENTRY, {1, 0}},
        {2, OTA_REASON_TRIAL_FAILED, {2, 0}},
        {3, OTA_REASON_COUNTER_LOW, {2, 0}},
        {4, OTA_REASON_BAD_ENTRY, {2, 0}},
        {5, OTA_REASON_TRIAL_FAILED, {5, 2}},
        {5, OTA_REASON_BAD_ENTRY, {5, 2}},
        {6, OTA_REASON_TRIAL_FAILED, {6, 5}},
        {7, OTA_REASON_BAD_HASH, {6, 5}},
        {6, OTA_REASON_TRIAL_FAILED, {6, 5}},
    };
    struct boot_state now = trial_b();

    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint8_t digest[OTA_DIGEST_SIZE];
        struct boot_state next;
        fill(digest, rows[i].digest);
        cr_assert(
            policy_reject(&now, rows[i].reason, digest, 2, &limits, &next));
        cr_assert_eq(next.reason, rows[i].reason, "row %u", i);
        cr_assert_eq(next.rejected[0][0], rows[i].kept[0], "row %u", i);
        cr_assert_eq(next.rejected[1][0], rows[i].kept[1], "row %u", i);
        now = next;
    }
}

Test(policy, without_a_journal_the_newest_allowed_image_is_tried)
{
    static const struct {
        enum ota_reason a, b;
        uint8_t version_a, version_b;
        uint8_t slot, state;
    } cases[] = {
        {0, 0, 1, 1, OTA_SLOT_A, OTA_TRIAL},
        {0, 0, 1, 2, OTA_SLOT_B, OTA_TRIAL},
        {0, 0, 2, 1, OTA_SLOT_A, OTA_TRIAL},
        {OTA_REASON_BAD_HASH, 0, 9, 1, OTA_SLOT_B, OTA_TRIAL},
        {0, OTA_REASON_EMPTY, 1, 9, OTA_SLOT_A, OTA_TRIAL},
        {OTA_REASON_EMPTY, OTA_REASON_EMPTY, 1, 2, OTA_SLOT_RECOVERY,
         OTA_CONFIRMED},
    };

    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct policy_candidate candidates[2];
        struct boot_state next;
        memset(candidates, 0, sizeof(candidates));
        candidates[0].verdict = cases[i].a;
        candidates[1].verdict = cases[i].b;
        candidates[0].info.version.major = cases[i].version_a;
        candidates[1].info.version.major = cases[i].version_b;
        fill(candidates[0].info.digest, 0xA1);
        fill(candidates[1].info.digest, 0xB1);
        policy_start_over(candidates, &limits, &next);
        cr_assert_eq(next.slot, cases[i].slot, "case %u", i);
        cr_assert_eq(next.state, cases[i].state, "case %u", i);
        cr_assert_eq(next.counter, limits.fuse_counter);
        cr_assert_not(policy_has_fallback(&next));
        if (next.state == OTA_TRIAL) {
            cr_assert_eq(next.attempts, 3);
            cr_assert_eq(next.digest[0], next.slot ? 0xB1 : 0xA1);
        }
    }
}

/* ---- admission ----------------------------------------------------------- */

Test(policy, counters_are_compared_with_the_fuses)
{
    static const struct {
        uint32_t counter;
        enum ota_reason reason;
    } cases[] = {
        {0, OTA_REASON_COUNTER_LOW},    {3, OTA_REASON_COUNTER_LOW},
        {4, OTA_REASON_NONE},           {256, OTA_REASON_NONE},
        {257, OTA_REASON_COUNTER_HIGH}, {UINT32_MAX, OTA_REASON_COUNTER_HIGH},
    };

    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct image_info info = {.counter = cases[i].counter};
        cr_assert_eq(policy_allow(&info, &limits), cases[i].reason);
    }
}

Test(policy, a_trial_must_be_the_image_asked_for_and_no_step_back)
{
    struct boot_state now = trial_b();
    struct image_info info = {.version = {2, 0, 0, 0}, .counter = 5};
    struct image_info fallback = {.version = {1, 9, 0, 0}, .counter = 5};

    fill(info.digest, 0xB1);
    cr_assert_eq(policy_admit(&now, &info, &fallback, &limits),
                 OTA_REASON_NONE);
    cr_assert_eq(policy_admit(&now, &info, NULL, &limits), OTA_REASON_NONE);
    fallback.version.major = 3;
    cr_assert_eq(policy_admit(&now, &info, &fallback, &limits),
                 OTA_REASON_DOWNGRADE);
    info.counter = 6; /* a security release may be a lower version */
    cr_assert_eq(policy_admit(&now, &info, &fallback, &limits),
                 OTA_REASON_NONE);
    info.counter = 4;
    cr_assert_eq(policy_admit(&now, &info, &fallback, &limits),
                 OTA_REASON_COUNTER_LOW);
    fill(info.digest, 0xB2);
    cr_assert_eq(policy_admit(&now, &info, NULL, &limits),
                 OTA_REASON_BAD_REQUEST);
    fill(now.digest, 0);
    cr_assert_eq(policy_admit(&now, &info, NULL, &limits), OTA_REASON_NONE);
    fill(now.rejected[1], 0xB2);
    cr_assert_eq(policy_admit(&now, &info, NULL, &limits),
                 OTA_REASON_REJECTED_BEFORE);
    now.state = OTA_CONFIRMED;
    cr_assert_eq(policy_admit(&now, &info, &fallback, &limits),
                 OTA_REASON_NONE);
}

Test(policy, whatever_the_journal_says_of_recovery_it_may_run)
{
    struct boot_state now = {.slot = OTA_SLOT_RECOVERY, .state = OTA_CONFIRMED};
    struct image_info info = {.version = {1, 0, 0, 0}};

    fill(info.digest, 0xB1);
    fill(now.digest, 0xB2);
    cr_assert_eq(policy_admit(&now, &info, NULL, &limits), OTA_REASON_NONE);
    now.state = OTA_TRIAL;
    fill(now.rejected[0], 0xB1);
    cr_assert_eq(policy_admit(&now, &info, NULL, &limits), OTA_REASON_NONE);
}

Test(policy, fuses_are_burned_for_what_is_committed_and_carried)
{
    struct boot_state now = confirmed_a();
    struct image_info info = {.counter = 9};

    cr_assert_eq(policy_burn_target(&now, &info, &limits), 4);
    now.counter = 7;
    cr_assert_eq(policy_burn_target(&now, &info, &limits), 7);
    now.counter = 12; /* more than the image carries */
    cr_assert_eq(policy_burn_target(&now, &info, &limits), 9);
    now.state = OTA_TRIAL;
    cr_assert_eq(policy_burn_target(&now, &info, &limits), 4);
    now.state = OTA_CONFIRMED;
    now.counter = info.counter = UINT32_MAX;
    cr_assert_eq(policy_burn_target(&now, &info, &limits), 256);
    now.counter = 0;
    cr_assert_eq(policy_burn_target(&now, &info, &limits), 4);
}

/* A forged journal must not burn what only the recovery image carries. */
Test(policy, nothing_is_burned_for_the_recovery_image)
{
    struct boot_state now = confirmed_a();
    struct image_info info = {.counter = 256};

    now.counter = 256;
    cr_assert_eq(policy_burn_target(&now, &info, &limits), 256);
    now.slot = OTA_SLOT_RECOVERY;
    cr_assert_eq(policy_burn_target(&now, &info, &limits), 4);
}

Test(policy, a_gap_in_the_fuses_does_not_lower_them)
{
    uint8_t field[32] = {0};

    cr_assert_eq(fuse_level(field, 256), 0);
    cr_assert_eq(fuse_gap(field, 256), 0);
    field[0] = 0x01;
    cr_assert_eq(fuse_level(field, 256), 1);
    field[0] = 0x17; /* bit 3 was burned and reads 0 again */
    cr_assert_eq(fuse_level(field, 256), 5);
    field[4] = 0x80;
    cr_assert_eq(fuse_level(field, 256), 40);
    cr_assert_eq(fuse_level(field, 32), 5);
    cr_assert_eq(fuse_gap(field, 256), 3, "where the next burn goes");
    field[31] = 0x80;
    cr_assert_eq(fuse_level(field, 256), 256);
}

/* ---- stories --------------------------------------------------------------- */

/* From every state, refusing everything: an end within as many steps as there
 * are places, and no place is tried twice. */
Test(policy, refusing_everything_comes_to_an_end)
{
    for (uint8_t slot = 0; slot < OTA_SLOT_COUNT; slot++) {
        for (uint8_t state = OTA_CONFIRMED; state <= OTA_TRIAL; state++) {
            for (uint8_t reason = 0; reason < 2; reason++) {
                struct boot_state now = confirmed_a();
                struct boot_state next;
                unsigned tried = 0;
                unsigned steps = 0;
                now.slot = slot;
                now.state = state;
                now.reason = reason;
                do {
                    cr_assert_eq(tried & 1u << now.slot, 0);
                    tried |= 1u << now.slot;
                    next = now;
                    steps++;
                } while (policy_reject(&now, OTA_REASON_BAD_HASH, now.digest,
                                       tried, &limits, &next) &&
                         (now = next, true));
                cr_assert_eq(steps, OTA_SLOT_COUNT);
            }
        }
    }
}

/* An image that never confirms runs three times; asked for again it is not
 * tried again. */
Test(policy, a_failed_trial_is_not_repeated)
{
    struct boot_state now = confirmed_a();
    struct boot_state next;
    struct request request = ask(OTA_REQUEST_TRIAL, OTA_SLOT_B, 0xB1, 0);
    unsigned runs = 0;

    cr_assert_eq(take(&now, &request, &next), OTA_REASON_NONE);
    for (unsigned boot = 0; boot < 6; boot++) {
        now = next;
        struct choice choice = choose(&now);
        runs += choice.slot == OTA_SLOT_B;
        next = choice.next;
    }
    cr_assert_eq(runs, 3);
    cr_assert_eq(next.slot, OTA_SLOT_A);
    cr_assert_eq(next.state, OTA_CONFIRMED);
    next.request = 10;
    now = next;
    expect_refused(&now, &request, OTA_REASON_REJECTED_BEFORE);
}

/* ---- power losses -------------------------------------------------------- */

Test(policy, an_attempt_that_a_power_loss_ended_is_given_back)
{
    struct boot_state now = trial_b();

    now = choose(&now).next; /* the first attempt is under way */
    for (unsigned loss = 1; loss <= limits.power_losses; loss++) {
        struct choice choice = choose_after(&now, true, true);
        cr_assert_eq(choice.slot, OTA_SLOT_B);
        cr_assert(choice.changed, "it has to be counted");
        cr_assert_eq(choice.next.attempts, 2);
        cr_assert_eq(choice.next.losses, loss);
        now = choice.next;
    }
    cr_assert_eq(choose_after(&now, true, true).next.attempts, 1,
                 "no more than that");
}

Test(policy, the_last_attempt_is_given_back_too)
{
    struct boot_state now = trial_b();

    now.attempts = 0;
    struct choice choice = choose_after(&now, true, true);
    cr_assert_not(choice.gave_up);
    cr_assert_eq(choice.slot, OTA_SLOT_B);
    cr_assert_eq(choice.next.attempts, 0);
    cr_assert_eq(choice.next.losses, 1);
}

Test(policy, nothing_else_is_given_back)
{
    static const struct {
        const char *what;
        uint8_t attempts;
        bool power_on, alive;
    } cases[] = {
        {"a reset by watchdog or software", 2, false, true},
        {"before a sign of life", 2, true, false},
        {"no attempt was under way", 3, true, true},
    };

    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct boot_state now = trial_b();
        now.attempts = cases[i].attempts;
        struct choice choice =
            choose_after(&now, cases[i].power_on, cases[i].alive);
        cr_assert_eq(choice.next.attempts, cases[i].attempts - 1, "%s",
                     cases[i].what);
        cr_assert_eq(choice.next.losses, 0, "%s", cases[i].what);
    }
}

/* Attempts that all ended by power losses tell nothing about the image. */
Test(policy, power_losses_alone_reject_nothing)
{
    struct boot_state now = trial_b();

    for (unsigned i = 0; i < 3; i++) {
        now = choose_after(&now, true, false).next;
    }
    struct choice choice = choose_after(&now, true, false);
    cr_assert(choice.gave_up);
    cr_assert_eq(choice.next.slot, OTA_SLOT_A);
    cr_assert_eq(choice.next.state, OTA_CONFIRMED);
    cr_assert_eq(choice.next.reason, OTA_REASON_POWER_LOST);
    cr_assert_eq(memcmp(choice.next.rejected[0], no_digest, OTA_DIGEST_SIZE),
                 0);
    cr_assert_eq(choice.next.flags, BOOT_ASKED);
}

Test(policy, one_attempt_that_ended_otherwise_is_enough)
{
    for (unsigned fault = 0; fault < 3; fault++) {
        struct boot_state now = trial_b();
        now = choose(&now).next;
        for (unsigned i = 0; i < 2; i++) {
            now = choose_after(&now, i != fault, false).next;
        }
        struct choice choice = choose_after(&now, fault != 2, false);
        cr_assert(choice.gave_up);
        cr_assert_eq(choice.next.reason, OTA_REASON_TRIAL_FAILED);
        cr_assert_eq(choice.next.rejected[0][0], 0xB1);
    }
}

Test(policy, a_sign_of_life_is_taken_from_the_image_on_trial_alone)
{
    struct boot_state now = trial_b();
    struct boot_state next;
    struct request request = ask(OTA_REQUEST_ALIVE, OTA_SLOT_B, 0xB1, 0);

    cr_assert_eq(take(&now, &request, &next), OTA_REASON_NONE);
    next.request = now.request;
    cr_assert_eq(memcmp(&now, &next, sizeof(now)), 0, "it changes nothing");
    request = ask(OTA_REQUEST_ALIVE, OTA_SLOT_B, 0xB2, 0);
    expect_refused(&now, &request, OTA_REASON_BAD_REQUEST);
    request = ask(OTA_REQUEST_ALIVE, OTA_SLOT_A, 0xB1, 0);
    expect_refused(&now, &request, OTA_REASON_BAD_REQUEST);
    now = confirmed_a();
    request = ask(OTA_REQUEST_ALIVE, OTA_SLOT_A, 0xA1, 0);
    expect_refused(&now, &request, OTA_REASON_BAD_REQUEST);
}

/* ---- last resort --------------------------------------------------------- */

Test(policy, rounds_take_turns_and_their_pauses_double_up_to_an_hour)
{
    struct boot_state now = confirmed_a();
    uint8_t digest[OTA_DIGEST_SIZE];
    uint32_t waited[16];

    fill(digest, 0xB1);
    for (unsigned i = 0; i < 16; i++) {
        struct boot_state next;
        enum ota_slot slot = policy_resort_first(&now);
        cr_assert_eq(slot, i % 2 ? OTA_SLOT_B : OTA_SLOT_A);
        waited[i] = policy_resort(&now, slot, digest, &limits, &next);
        cr_assert_eq(next.state, OTA_TRIAL);
        cr_assert_eq(next.attempts, 2, "one of three is taken");
        cr_assert_eq(next.rounds, i + 1);
        cr_assert_not(policy_has_fallback(&next));
        now = next;
    }
    cr_assert_eq(waited[0], 1);
    cr_assert_eq(waited[5], 32);
    cr_assert_eq(waited[11], 2048);
    cr_assert_eq(waited[12], 3600);
    cr_assert_eq(waited[15], 3600);
    now.rounds = UINT8_MAX;
    for (unsigned i = 0; i < 4; i++) {
        cr_assert_eq(policy_resort_first(&now), i % 2 ? OTA_SLOT_A : OTA_SLOT_B,
                     "they take turns at the number's end, too");
        (void)policy_resort(&now, OTA_SLOT_A, digest, &limits, &now);
    }
}

static struct boot_state resort_b(void)
{
    struct boot_state state = trial_b();

    state.reason = OTA_REASON_NO_FALLBACK;
    state.rounds = 1;
    state.attempts = 0;
    fill(state.rejected[0], 0xB1);
    return state;
}

/* It came to b because a had lost the power as often as it ran. */
Test(policy, slots_do_not_take_turns_without_a_pause)
{
    struct boot_state now = resort_b();
    now.rounds = 0;
    now.reason = OTA_REASON_POWER_LOST;
    struct choice choice = choose(&now);

    cr_assert(choice.gave_up);
    cr_assert_eq(choice.next.slot, OTA_SLOT_RECOVERY);
}

Test(policy, a_round_that_failed_ends_in_recovery)
{
    struct boot_state now = resort_b();
    struct choice choice = choose(&now);

    cr_assert(choice.gave_up);
    cr_assert_eq(choice.slot, OTA_SLOT_RECOVERY);
    cr_assert_eq(choice.next.rounds, 1, "the pauses go on growing");
    cr_assert_eq(choice.next.reason, OTA_REASON_TRIAL_FAILED);
}

Test(policy, in_a_last_resort_a_rejected_image_may_run)
{
    struct boot_state now = resort_b();
    struct image_info info;

    memset(&info, 0, sizeof(info));
    info.counter = 4;
    fill(info.digest, 0xB1);
    cr_assert_eq(policy_admit(&now, &info, NULL, &limits), OTA_REASON_NONE);
    now.rounds = 0;
    cr_assert_eq(policy_admit(&now, &info, NULL, &limits),
                 OTA_REASON_REJECTED_BEFORE);
}

Test(policy, a_confirmation_ends_the_last_resort)
{
    struct boot_state now = resort_b();
    struct boot_state next;
    struct request request = ask(OTA_REQUEST_CONFIRM, OTA_SLOT_B, 0xB1, 0);

    now.losses = 2;
    now.flags = BOOT_AT_FAULT;
    cr_assert_eq(take(&now, &request, &next), OTA_REASON_NONE);
    cr_assert_eq(next.rounds, 0);
    cr_assert_eq(next.losses, 0);
    cr_assert_eq(next.flags, BOOT_ASKED);
}

Test(policy, recovery_may_ask_for_a_rejected_image_again)
{
    struct boot_state now = confirmed_a();
    struct boot_state next;
    struct request request = ask(OTA_REQUEST_TRIAL, OTA_SLOT_B, 0xB1, 0);

    fill(now.rejected[0], 0xB1);
    expect_refused(&now, &request, OTA_REASON_REJECTED_BEFORE);
    now.slot = OTA_SLOT_RECOVERY;
    now.rounds = 3;
    cr_assert_eq(take(&now, &request, &next), OTA_REASON_NONE);
    cr_assert_eq(next.rounds, 4);
    cr_assert_eq(next.attempts, 3);
}

/* ---- releases ------------------------------------------------------------ */

Test(policy, a_lower_release_gets_no_trial)
{
    struct boot_state now = confirmed_a();
    struct boot_state next;
    struct request request = ask(OTA_REQUEST_TRIAL, OTA_SLOT_B, 0xB1, 7);

    now.release = 8;
    expect_refused(&now, &request, OTA_REASON_STALE);
    now.release = 7;
    cr_assert_eq(take(&now, &request, &next), OTA_REASON_NONE);
    now.release = 6;
    cr_assert_eq(take(&now, &request, &next), OTA_REASON_NONE);
    cr_assert_eq(next.release, 7);
    request.number = 0; /* by hand: says nothing about releases */
    cr_assert_eq(take(&now, &request, &next), OTA_REASON_NONE);
    cr_assert_eq(next.release, 6);
}

/* ---- what was never asked for -------------------------------------------- */

Test(policy, a_confirmed_record_of_another_image_is_not_believed)
{
    struct boot_state now = confirmed_a();
    struct image_info info;

    memset(&info, 0, sizeof(info));
    info.counter = 4;
    fill(info.digest, 0xA2);
    cr_assert_eq(policy_admit(&now, &info, NULL, &limits),
                 OTA_REASON_BAD_REQUEST);
    memset(now.digest, 0, sizeof(now.digest));
    cr_assert_eq(policy_admit(&now, &info, NULL, &limits), OTA_REASON_NONE,
                 "nothing is known yet");
}

Test(policy, without_a_confirmation_that_was_asked_for_nothing_is_burned)
{
    struct boot_state now = confirmed_a();
    struct image_info info;
    struct boot_state next;
    struct request commit = ask(OTA_REQUEST_COMMIT, OTA_SLOT_A, 0xA1, 9);

    memset(&info, 0, sizeof(info));
    info.counter = 9;
    now.counter = 9;
    now.flags = 0;
    cr_assert_eq(policy_burn_target(&now, &info, &limits), 4);
    expect_refused(&now, &commit, OTA_REASON_BAD_REQUEST);
    now.flags = BOOT_ASKED;
    cr_assert_eq(policy_burn_target(&now, &info, &limits), 9);
    cr_assert_eq(take(&now, &commit, &next), OTA_REASON_NONE);
}

/* ---- other mechanisms than two slots -------------------------------------- */

static const struct policy_limits one_slot = {.trial_attempts = 3,
                                              .power_losses = 2,
                                              .fuse_counter = 4,
                                              .fuse_capacity = 256,
                                              .mechanism = MECHANISM_RECOVERY};
static const struct policy_limits no_way_back = {.trial_attempts = 3,
                                                 .fuse_counter = 4,
                                                 .fuse_capacity = 256,
                                                 .mechanism = MECHANISM_UNSAFE};

/* Recovery runs, because the application gave way. */
static struct boot_state gave_way(void)
{
    struct boot_state state = confirmed_a();

    state.slot = OTA_SLOT_RECOVERY;
    fill(state.digest, 0xC1);
    return state;
}

static enum ota_reason take_with(const struct policy_limits *with,
                                 const struct boot_state *now,
                                 const struct request *request,
                                 struct boot_state *next)
{
    bool changed;

    return policy_request(now, request, with, next, &changed);
}

Test(policy, an_application_gives_way_to_recovery)
{
    struct boot_state now = confirmed_a();
    struct boot_state next;
    struct request request = ask(OTA_REQUEST_FETCH, OTA_SLOT_A, 0xB1, 7);

    fill(now.rejected[0], 0xB9);
    cr_assert_eq(take_with(&one_slot, &now, &request, &next), OTA_REASON_NONE);
    cr_assert_eq(next.slot, OTA_SLOT_RECOVERY);
    cr_assert_eq(next.state, OTA_CONFIRMED);
    cr_assert_eq(next.reason, OTA_REASON_NONE, "nothing has gone wrong");
    cr_assert_eq(next.request, 11);
    cr_assert_eq(next.release, now.release, "granted only with its trial");
    cr_assert_eq(next.rejected[0][0], 0xB9);
}

Test(policy, giving_way_is_refused_for_good_reasons)
{
    static const struct {
        const struct policy_limits *limits;
        uint8_t slot;    /* in force */
        uint8_t state;   /* in force */
        uint8_t digest;  /* asked for */
        uint8_t target;  /* asked for */
        uint32_t number; /* asked for; 5 was granted before */
        enum ota_reason verdict;
    } cases[] = {
        {&limits, OTA_SLOT_A, OTA_CONFIRMED, 0xB1, OTA_SLOT_B, 7,
         OTA_REASON_BAD_REQUEST},
        {&no_way_back, OTA_SLOT_A, OTA_CONFIRMED, 0xB1, OTA_SLOT_A, 7,
         OTA_REASON_BAD_REQUEST},
        {&one_slot, OTA_SLOT_A, OTA_TRIAL, 0xB1, OTA_SLOT_A, 7,
         OTA_REASON_NO_FALLBACK},
        {&one_slot, OTA_SLOT_RECOVERY, OTA_CONFIRMED, 0xB1, OTA_SLOT_A, 7,
         OTA_REASON_BAD_REQUEST},
        {&one_slot, OTA_SLOT_A, OTA_CONFIRMED, 0xB1, OTA_SLOT_B, 7,
         OTA_REASON_BAD_REQUEST},
        {&one_slot, OTA_SLOT_A, OTA_CONFIRMED, 0xB1, OTA_SLOT_A, 4,
         OTA_REASON_STALE},
        {&one_slot, OTA_SLOT_A, OTA_CONFIRMED, 0xB9, OTA_SLOT_A, 7,
         OTA_REASON_REJECTED_BEFORE},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct boot_state now = confirmed_a();
        struct boot_state next;
        struct request request = ask(OTA_REQUEST_FETCH, cases[i].target,
                                     cases[i].digest, cases[i].number);

        now.slot = cases[i].slot;
        now.state = cases[i].state;
        now.release = 5;
        fill(now.rejected[0], 0xB9);
        cr_expect_eq(take_with(cases[i].limits, &now, &request, &next),
                     cases[i].verdict, "case %zu", i);
        cr_expect_eq(next.slot, now.slot, "case %zu", i);
    }
}

Test(policy, what_recovery_has_fetched_goes_back_there_if_it_fails)
{
    static const struct policy_ending fault = {.power_on = false};
    struct boot_state now = gave_way();
    struct boot_state next;
    struct request request = ask(OTA_REQUEST_TRIAL, OTA_SLOT_A, 0xB1, 7);
    bool changed;
    bool gave_up = false;

    cr_assert_eq(take_with(&one_slot, &now, &request, &next), OTA_REASON_NONE);
    cr_assert(policy_has_fallback(&next));
    for (unsigned i = 0; i < 3; i++) {
        now = next;
        policy_choose(&now, &one_slot, &fault, &next, &changed, &gave_up);
        cr_assert_not(gave_up);
        cr_assert_eq(next.slot, OTA_SLOT_A);
    }
    now = next;
    policy_choose(&now, &one_slot, &fault, &next, &changed, &gave_up);
    cr_assert(gave_up);
    cr_assert_eq(next.slot, OTA_SLOT_RECOVERY);
    cr_assert_eq(next.state, OTA_CONFIRMED);
    cr_assert_eq(next.reason, OTA_REASON_TRIAL_FAILED);
    cr_assert_eq(next.rejected[0][0], 0xB1);
    request = ask(OTA_REQUEST_TRIAL, OTA_SLOT_B, 0xB1, 8);
    request.sequence = 12;
    cr_assert_eq(take_with(&one_slot, &next, &request, &now),
                 OTA_REASON_BAD_REQUEST, "there is no slot b");
}

/* The old image, which recovery lets run again: there is nothing to go back to,
 * so it need not reach its server. */
Test(policy, what_recovery_found_there_has_no_way_back)
{
    struct boot_state now = gave_way();
    struct boot_state next;
    struct request request = ask(OTA_REQUEST_TRIAL, OTA_SLOT_A, 0xA1, 0);

    cr_assert_eq(take_with(&one_slot, &now, &request, &next), OTA_REASON_NONE);
    cr_assert_not(policy_has_fallback(&next));
    cr_assert_eq(next.reason, OTA_REASON_NO_FALLBACK);
}

Test(policy, a_refused_image_leads_to_recovery_and_a_refused_recovery_back)
{
    struct boot_state now = confirmed_a();
    struct boot_state next;
    unsigned missing = 1u << OTA_SLOT_B;

    cr_assert(policy_reject(&now, OTA_REASON_BAD_HASH, now.digest,
                            missing | 1u << OTA_SLOT_A, &one_slot, &next));
    cr_assert_eq(next.slot, OTA_SLOT_RECOVERY);
    now = gave_way();
    cr_assert(policy_reject(&now, OTA_REASON_BAD_HASH, now.digest,
                            missing | 1u << OTA_SLOT_RECOVERY, &one_slot,
                            &next));
    cr_assert_eq(next.slot, OTA_SLOT_A);
    cr_assert_eq(next.state, OTA_TRIAL);
    cr_assert_not(policy_has_fallback(&next));
}

Test(policy, unsafe_runs_whatever_is_in_the_slot_and_has_nothing_else)
{
    struct boot_state now = confirmed_a();
    struct boot_state next;
    struct request request = ask(OTA_REQUEST_TRIAL, OTA_SLOT_B, 0xB1, 7);
    struct policy_candidate none[2] = {{.verdict = OTA_REASON_BAD_HASH},
                                       {.verdict = OTA_REASON_EMPTY}};
    struct image_info info = {.counter = 4};

    fill(info.digest, 0xB1);
    cr_assert_eq(policy_admit(&now, &info, NULL, &no_way_back),
                 OTA_REASON_NONE);
    cr_assert_eq(take_with(&no_way_back, &now, &request, &next),
                 OTA_REASON_BAD_REQUEST);
    cr_assert_not(policy_reject(&now, OTA_REASON_BAD_HASH, now.digest, 7u,
                                &no_way_back, &next));
    policy_start_over(none, &no_way_back, &next);
    cr_assert_eq(next.slot, OTA_SLOT_A, "there is no recovery");
    cr_assert_eq(next.state, OTA_CONFIRMED);
}
