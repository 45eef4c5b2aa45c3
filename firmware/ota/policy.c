/* SPDX-License-Identifier: MIT */
#include "ota/policy.h"

#include <stddef.h>
#include <string.h>

#include "ota/bytes.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum ota_slot policy_other(enum ota_slot slot)
{
    return slot == OTA_SLOT_A ? OTA_SLOT_B : OTA_SLOT_A;
}

static const struct mechanism *mechanism(const struct policy_limits *limits)
{
    return mechanism_of(limits->mechanism);
}

enum ota_slot policy_way_out(enum ota_slot slot,
                             const struct policy_limits *limits)
{
    return (enum ota_slot)mechanism(limits)->way_out[slot];
}

static bool digest_known(const uint8_t digest[OTA_DIGEST_SIZE])
{
    return !bytes_are(digest, OTA_DIGEST_SIZE, 0);
}

static bool digests_equal(const uint8_t a[OTA_DIGEST_SIZE],
                          const uint8_t b[OTA_DIGEST_SIZE])
{
    return memcmp(a, b, OTA_DIGEST_SIZE) == 0;
}

static bool was_rejected(const struct boot_state *now,
                         const uint8_t digest[OTA_DIGEST_SIZE])
{
    return digest_known(digest) && (digests_equal(now->rejected[0], digest) ||
                                    digests_equal(now->rejected[1], digest));
}

/* ---- moving between slots ------------------------------------------- */

/*
 * Go to a slot. A commit that has not reached the fuses yet was for the image
 * left behind, so it ends here.
 */
static void move_to(struct boot_state *next, enum ota_slot slot,
                    enum ota_state state, uint8_t attempts,
                    const struct policy_limits *limits)
{
    next->slot = (uint8_t)slot;
    next->state = (uint8_t)state;
    next->attempts = attempts;
    next->counter = limits->fuse_counter;
    next->losses = 0;
    next->flags = 0;
    memset(next->digest, 0, OTA_DIGEST_SIZE);
}

/* Will this digest be refused whenever it is tried again? A damaged image may
 * be written again. */
static bool is_lasting(enum ota_reason reason)
{
    static const uint8_t lasting[] = {OTA_REASON_COUNTER_LOW,
                                      OTA_REASON_COUNTER_HIGH,
                                      OTA_REASON_BAD_ENTRY,
                                      OTA_REASON_TRIAL_FAILED};

    return memchr(lasting, (int)reason, sizeof(lasting)) != NULL;
}

static void remember_rejected(struct boot_state *next,
                              const uint8_t digest[OTA_DIGEST_SIZE],
                              enum ota_reason reason)
{
    next->reason = (uint8_t)reason;
    if (!is_lasting(reason) || !digest_known(digest)) {
        return;
    }
    /* Any other reason would show again at the next try. */
    bool kept_ran = next->rejected_reason == OTA_REASON_TRIAL_FAILED;
    bool ran = reason == OTA_REASON_TRIAL_FAILED;
    if (kept_ran && (!ran || digests_equal(next->rejected[0], digest))) {
        return;
    }
    if (kept_ran) {
        memcpy(next->rejected[1], next->rejected[0], OTA_DIGEST_SIZE);
    }
    memcpy(next->rejected[0], digest, OTA_DIGEST_SIZE);
    next->rejected_reason = (uint8_t)reason;
}

bool policy_has_fallback(const struct boot_state *now)
{
    return now->state == OTA_TRIAL && now->reason == OTA_REASON_NONE;
}

static void go_to_recovery(const struct boot_state *now,
                           const struct policy_limits *limits,
                           struct boot_state *next)
{
    (void)now;
    move_to(next, OTA_SLOT_RECOVERY, OTA_CONFIRMED, 0, limits);
}

static void leave_trial(const struct boot_state *now,
                        const struct policy_limits *limits,
                        struct boot_state *next)
{
    bool confirmed = policy_has_fallback(now);
    enum ota_slot slot = policy_way_out((enum ota_slot)now->slot, limits);

    if (slot == OTA_SLOT_RECOVERY) {
        go_to_recovery(now, limits, next);
        return;
    }
    move_to(next, slot, confirmed ? OTA_CONFIRMED : OTA_TRIAL,
            confirmed ? 0 : limits->trial_attempts, limits);
    /* The fuses held that much when the trial began. If they hold less now, a
     * burn was torn, and will be completed. */
    if (next->counter < now->counter) {
        next->counter = now->counter;
    }
    if (confirmed) {
        next->flags =
            BOOT_ASKED; /* otherwise the trial would not have started */
        next->rounds = 0;
    }
}

/* ---- requests ------------------------------------------------------- */

struct asked {
    const struct boot_state *now;
    const struct request *request;
    const struct policy_limits *limits;
};

struct request_rule {
    uint8_t kind;    /* 0: any */
    uint8_t verdict; /* enum ota_reason */
    bool (*when)(const struct asked *asked);
};

static bool unknown_kind(const struct asked *asked)
{
    return asked->request->kind < OTA_REQUEST_TRIAL ||
           asked->request->kind > OTA_REQUEST_FETCH;
}

static bool on_trial(const struct asked *asked)
{
    return asked->now->state == OTA_TRIAL;
}

static bool not_on_trial(const struct asked *asked)
{
    return !on_trial(asked);
}

static bool never_asked(const struct asked *asked)
{
    return (asked->now->flags & BOOT_ASKED) == 0;
}

static bool stale(const struct asked *asked)
{
    return asked->request->number != 0 &&
           asked->request->number < asked->now->release;
}

static bool no_way_back(const struct asked *asked)
{
    return !policy_has_fallback(asked->now);
}

static bool not_the_other_slot(const struct asked *asked)
{
    return asked->request->slot > OTA_SLOT_B ||
           asked->request->slot == asked->now->slot ||
           !mechanism_has(mechanism(asked->limits), asked->request->slot);
}

static bool no_fetching(const struct asked *asked)
{
    return !mechanism(asked->limits)->recovery_fetches;
}

static bool in_recovery(const struct asked *asked)
{
    return asked->now->slot == OTA_SLOT_RECOVERY;
}

/* Recovery may rewrite the application's own slot, where that is the way. */
static bool no_slot_to_give(const struct asked *asked)
{
    return no_fetching(asked) || in_recovery(asked) ||
           asked->request->slot != asked->now->slot;
}

static bool rejected_before(const struct asked *asked)
{
    return asked->now->slot != OTA_SLOT_RECOVERY &&
           was_rejected(asked->now, asked->request->digest);
}

static bool not_this_image(const struct asked *asked)
{
    return asked->request->slot != asked->now->slot ||
           !digest_known(asked->request->digest) ||
           !digests_equal(asked->request->digest, asked->now->digest);
}

static bool beyond_capacity(const struct asked *asked)
{
    return asked->request->number > asked->limits->fuse_capacity;
}

/* In order; the first that holds refuses. If none holds, it is accepted. */
static const struct request_rule request_rules[] = {
    {0, OTA_REASON_BAD_REQUEST, unknown_kind},
    {OTA_REQUEST_TRIAL, OTA_REASON_NO_FALLBACK, on_trial},
    {OTA_REQUEST_TRIAL, OTA_REASON_BAD_REQUEST, not_the_other_slot},
    {OTA_REQUEST_TRIAL, OTA_REASON_STALE, stale},
    {OTA_REQUEST_TRIAL, OTA_REASON_REJECTED_BEFORE, rejected_before},
    {OTA_REQUEST_CONFIRM, OTA_REASON_BAD_REQUEST, not_this_image},
    {OTA_REQUEST_COMMIT, OTA_REASON_NO_FALLBACK, on_trial},
    {OTA_REQUEST_COMMIT, OTA_REASON_BAD_REQUEST, not_this_image},
    {OTA_REQUEST_COMMIT, OTA_REASON_BAD_REQUEST, never_asked},
    {OTA_REQUEST_COMMIT, OTA_REASON_COUNTER_HIGH, beyond_capacity},
    {OTA_REQUEST_ABANDON, OTA_REASON_NO_FALLBACK, no_way_back},
    {OTA_REQUEST_ABANDON, OTA_REASON_BAD_REQUEST, not_this_image},
    {OTA_REQUEST_ALIVE, OTA_REASON_BAD_REQUEST, not_on_trial},
    {OTA_REQUEST_ALIVE, OTA_REASON_BAD_REQUEST, not_this_image},
    {OTA_REQUEST_FETCH, OTA_REASON_BAD_REQUEST, no_slot_to_give},
    {OTA_REQUEST_FETCH, OTA_REASON_NO_FALLBACK, on_trial},
    {OTA_REQUEST_FETCH, OTA_REASON_STALE, stale},
    {OTA_REQUEST_FETCH, OTA_REASON_REJECTED_BEFORE, rejected_before},
};

static enum ota_reason judge(const struct asked *asked)
{
    for (size_t i = 0; i < COUNT(request_rules); i++) {
        const struct request_rule *rule = &request_rules[i];
        bool applies = rule->kind == 0 || rule->kind == asked->request->kind;
        if (applies && rule->when(asked)) {
            return (enum ota_reason)rule->verdict;
        }
    }
    return OTA_REASON_NONE;
}

/* At its end the number alternates, so that the slots still take turns. */
static void one_more_round(struct boot_state *next)
{
    next->rounds =
        (uint8_t)(next->rounds + (next->rounds < UINT8_MAX ? 1 : -1));
}

/* From recovery, only a release that it has fetched as planned can go back there
 * if it fails; anything else is tried because nothing better is left. */
static void grant_trial(const struct asked *asked, struct boot_state *next)
{
    bool from_recovery = in_recovery(asked);
    bool planned = !no_fetching(asked) && asked->request->number != 0;

    move_to(next, (enum ota_slot)asked->request->slot, OTA_TRIAL,
            asked->limits->trial_attempts, asked->limits);
    memcpy(next->digest, asked->request->digest, OTA_DIGEST_SIZE);
    next->reason =
        from_recovery && !planned ? OTA_REASON_NO_FALLBACK : OTA_REASON_NONE;
    if (from_recovery) {
        one_more_round(next);
    }
    if (asked->request->number != 0) {
        next->release = asked->request->number;
    }
}

static void grant_confirm(const struct asked *asked, struct boot_state *next)
{
    (void)asked;
    next->state = OTA_CONFIRMED;
    next->attempts = 0;
    next->reason = OTA_REASON_NONE;
    next->rounds = 0;
    next->losses = 0;
    next->flags = BOOT_ASKED;
}

static void grant_commit(const struct asked *asked, struct boot_state *next)
{
    if (asked->request->number > next->counter) {
        next->counter = asked->request->number;
    }
}

static void grant_nothing(const struct asked *asked, struct boot_state *next)
{
    (void)asked;
    (void)next;
}

/* The image may be requested again: nothing speaks against it. */
static void grant_abandon(const struct asked *asked, struct boot_state *next)
{
    leave_trial(asked->now, asked->limits, next);
    next->reason = OTA_REASON_SURROUNDINGS;
}

static void grant_fetch(const struct asked *asked, struct boot_state *next)
{
    go_to_recovery(asked->now, asked->limits, next);
    next->reason = OTA_REASON_NONE;
}

enum ota_reason policy_request(const struct boot_state *now,
                               const struct request *request,
                               const struct policy_limits *limits,
                               struct boot_state *next, bool *changed)
{
    static void (*const grants[])(const struct asked *, struct boot_state *) = {
        [OTA_REQUEST_TRIAL] = grant_trial,
        [OTA_REQUEST_CONFIRM] = grant_confirm,
        [OTA_REQUEST_COMMIT] = grant_commit,
        [OTA_REQUEST_ABANDON] = grant_abandon,
        [OTA_REQUEST_ALIVE] = grant_nothing,
        [OTA_REQUEST_FETCH] = grant_fetch,
    };
    struct asked asked = {now, request, limits};

    *next = *now;
    *changed = request_is_new(request, now->request);
    if (!*changed) {
        return OTA_REASON_NONE;
    }
    next->request = (uint16_t)request->sequence;
    enum ota_reason verdict = judge(&asked);
    if (verdict == OTA_REASON_NONE) {
        grants[request->kind](&asked, next);
    }
    return verdict;
}

/* ---- choosing ------------------------------------------------------- */

/* An attempt was in progress when the previous boot ended. */
static bool attempt_ended(const struct boot_state *now,
                          const struct policy_limits *limits)
{
    return now->attempts < limits->trial_attempts;
}

static bool given_back(const struct boot_state *now,
                       const struct policy_limits *limits,
                       const struct policy_ending *ending)
{
    return attempt_ended(now, limits) && ending->power_on && ending->alive &&
           now->losses < limits->power_losses;
}

/* No attempt has led to a confirmation. Record whose fault it was, as far as
 * one can tell. */
static void give_up(const struct boot_state *now,
                    const struct policy_limits *limits, struct boot_state *next)
{
    bool at_fault = (next->flags & BOOT_AT_FAULT) != 0;
    bool other_had_turn =
        now->rounds != 0 || now->reason == OTA_REASON_POWER_LOST;

    if (other_had_turn && !policy_has_fallback(now)) {
        move_to(next, OTA_SLOT_RECOVERY, OTA_CONFIRMED, 0, limits);
    } else {
        leave_trial(now, limits, next);
    }
    remember_rejected(next, now->digest,
                      at_fault ? OTA_REASON_TRIAL_FAILED
                               : OTA_REASON_POWER_LOST);
}

static void next_attempt(const struct boot_state *now,
                         const struct policy_limits *limits,
                         struct boot_state *next)
{
    uint8_t left = now->attempts < limits->trial_attempts
                       ? now->attempts
                       : limits->trial_attempts;

    next->attempts = (uint8_t)(left - 1u);
}

enum ota_slot policy_choose(const struct boot_state *now,
                            const struct policy_limits *limits,
                            const struct policy_ending *ending,
                            struct boot_state *next, bool *changed,
                            bool *gave_up)
{
    *next = *now;
    *changed = now->state == OTA_TRIAL;
    *gave_up = false;
    if (!*changed) {
        return (enum ota_slot)next->slot;
    }
    if (given_back(now, limits, ending)) {
        next->losses++;
        return (enum ota_slot)next->slot;
    }
    if (attempt_ended(now, limits) && !ending->power_on) {
        next->flags |= BOOT_AT_FAULT;
    }
    *gave_up = now->attempts == 0;
    if (*gave_up) {
        give_up(now, limits, next);
    } else {
        next_attempt(now, limits, next);
    }
    return (enum ota_slot)next->slot;
}

/* ---- last resort ---------------------------------------------------- */

#define RESORT_DOUBLINGS 12u
#define RESORT_MOST_S 3600u

enum ota_slot policy_resort_first(const struct boot_state *now)
{
    return now->rounds % 2u ? OTA_SLOT_B : OTA_SLOT_A;
}

uint32_t policy_resort(const struct boot_state *now, enum ota_slot slot,
                       const uint8_t digest[OTA_DIGEST_SIZE],
                       const struct policy_limits *limits,
                       struct boot_state *next)
{
    uint32_t doublings =
        now->rounds < RESORT_DOUBLINGS ? now->rounds : RESORT_DOUBLINGS;
    uint32_t wait = 1u << doublings;

    *next = *now;
    move_to(next, slot, OTA_TRIAL, (uint8_t)(limits->trial_attempts - 1u),
            limits);
    memcpy(next->digest, digest, OTA_DIGEST_SIZE);
    next->reason = OTA_REASON_NO_FALLBACK;
    one_more_round(next);
    return wait < RESORT_MOST_S ? wait : RESORT_MOST_S;
}

/* ---- refused -------------------------------------------------------- */

/* Where to go after an image was refused, in order of preference. */
struct way_out {
    bool (*when)(const struct boot_state *now, enum ota_slot way_out,
                 unsigned tried);
    void (*go)(const struct boot_state *now, const struct policy_limits *limits,
               struct boot_state *next);
};

static bool slot_left(unsigned tried, enum ota_slot slot)
{
    return !(tried & 1u << slot);
}

static bool trial_can_leave(const struct boot_state *now, enum ota_slot way_out,
                            unsigned tried)
{
    return now->state == OTA_TRIAL && slot_left(tried, way_out);
}

static bool other_left(const struct boot_state *now, enum ota_slot way_out,
                       unsigned tried)
{
    (void)now;
    return way_out != OTA_SLOT_RECOVERY && slot_left(tried, way_out);
}

static bool recovery_left(const struct boot_state *now, enum ota_slot way_out,
                          unsigned tried)
{
    (void)now;
    (void)way_out;
    return slot_left(tried, OTA_SLOT_RECOVERY);
}

static void go_to_trial_of(enum ota_slot slot,
                           const struct policy_limits *limits,
                           struct boot_state *next)
{
    bool trial = mechanism(limits)->trials;

    move_to(next, slot, trial ? OTA_TRIAL : OTA_CONFIRMED,
            trial ? limits->trial_attempts : 0, limits);
}

static void try_other(const struct boot_state *now,
                      const struct policy_limits *limits,
                      struct boot_state *next)
{
    go_to_trial_of(policy_way_out((enum ota_slot)now->slot, limits), limits,
                   next);
}

static const struct way_out ways_out[] = {
    {trial_can_leave, leave_trial},
    {other_left, try_other},
    {recovery_left, go_to_recovery},
};

bool policy_reject(const struct boot_state *now, enum ota_reason reason,
                   const uint8_t digest[OTA_DIGEST_SIZE], unsigned tried,
                   const struct policy_limits *limits, struct boot_state *next)
{
    enum ota_slot way_out = policy_way_out((enum ota_slot)now->slot, limits);

    for (size_t i = 0; i < COUNT(ways_out); i++) {
        if (ways_out[i].when(now, way_out, tried)) {
            *next = *now;
            ways_out[i].go(now, limits, next);
            remember_rejected(next, digest, reason);
            return true;
        }
    }
    return false;
}

void policy_start_over(const struct policy_candidate candidates[2],
                       const struct policy_limits *limits,
                       struct boot_state *next)
{
    const struct policy_candidate *a = &candidates[OTA_SLOT_A];
    const struct policy_candidate *b = &candidates[OTA_SLOT_B];
    bool a_runs = a->verdict == OTA_REASON_NONE;
    bool b_runs = b->verdict == OTA_REASON_NONE;
    bool b_newer =
        b->info.counter != a->info.counter
            ? b->info.counter > a->info.counter
            : image_version_compare(&b->info.version, &a->info.version) > 0;
    enum ota_slot slot =
        b_runs && (!a_runs || b_newer) ? OTA_SLOT_B : OTA_SLOT_A;

    memset(next, 0, sizeof(*next));
    if (a_runs || b_runs ||
        !mechanism_has(mechanism(limits), OTA_SLOT_RECOVERY)) {
        go_to_trial_of(slot, limits, next);
        memcpy(next->digest, candidates[slot].info.digest, OTA_DIGEST_SIZE);
    } else {
        move_to(next, OTA_SLOT_RECOVERY, OTA_CONFIRMED, 0, limits);
    }
    next->reason = OTA_REASON_NO_FALLBACK;
}

/* ---- admission ------------------------------------------------------ */

enum ota_reason policy_allow(const struct image_info *info,
                             const struct policy_limits *limits)
{
    if (info->counter < limits->fuse_counter) {
        return OTA_REASON_COUNTER_LOW;
    }
    if (info->counter > limits->fuse_capacity) {
        return OTA_REASON_COUNTER_HIGH;
    }
    return OTA_REASON_NONE;
}

struct entrant {
    const struct boot_state *now;
    const struct image_info *info;
    const struct image_info *fallback;
    const struct policy_limits *limits;
};

/* Nothing is known about what was written over the only slot. */
static bool has_no_trials(const struct entrant *entrant)
{
    return !mechanism(entrant->limits)->trials;
}

/* The last way out is any authentic image in recovery's place; no image is
 * tried against it. */
static bool is_recovery(const struct entrant *entrant)
{
    return entrant->now->slot == OTA_SLOT_RECOVERY;
}

static bool confirmed_already(const struct entrant *entrant)
{
    return entrant->now->state == OTA_CONFIRMED;
}

static bool another_image(const struct entrant *entrant)
{
    return digest_known(entrant->now->digest) &&
           !digests_equal(entrant->now->digest, entrant->info->digest);
}

/* In a last resort even such an image is better than nothing. */
static bool tried_in_vain(const struct entrant *entrant)
{
    return entrant->now->rounds == 0 &&
           was_rejected(entrant->now, entrant->info->digest);
}

static bool nothing_to_compare(const struct entrant *entrant)
{
    return entrant->fallback == NULL;
}

static bool counter_falls(const struct entrant *entrant)
{
    return entrant->info->counter < entrant->fallback->counter;
}

static bool version_falls(const struct entrant *entrant)
{
    return entrant->info->counter == entrant->fallback->counter &&
           image_version_compare(&entrant->info->version,
                                 &entrant->fallback->version) < 0;
}

/* In order; the first that holds decides. */
static const struct {
    bool (*when)(const struct entrant *entrant);
    enum ota_reason verdict;
} entrant_rules[] = {
    {is_recovery, OTA_REASON_NONE},
    {has_no_trials, OTA_REASON_NONE},
    {another_image, OTA_REASON_BAD_REQUEST},
    {confirmed_already, OTA_REASON_NONE},
    {tried_in_vain, OTA_REASON_REJECTED_BEFORE},
    {nothing_to_compare, OTA_REASON_NONE},
    {counter_falls, OTA_REASON_COUNTER_LOW},
    {version_falls, OTA_REASON_DOWNGRADE},
};

enum ota_reason policy_admit(const struct boot_state *now,
                             const struct image_info *info,
                             const struct image_info *fallback,
                             const struct policy_limits *limits)
{
    struct entrant entrant = {now, info, fallback, limits};

    for (size_t i = 0; i < COUNT(entrant_rules); i++) {
        if (entrant_rules[i].when(&entrant)) {
            return entrant_rules[i].verdict;
        }
    }
    return OTA_REASON_NONE;
}

bool policy_outdone(enum ota_reason reason, const struct image_info *info,
                    const struct policy_limits *limits)
{
    return reason == OTA_REASON_DOWNGRADE ||
           (reason == OTA_REASON_COUNTER_LOW &&
            policy_allow(info, limits) == OTA_REASON_NONE);
}

uint32_t policy_burn_target(const struct boot_state *now,
                            const struct image_info *info,
                            const struct policy_limits *limits)
{
    uint32_t target =
        now->counter < info->counter ? now->counter : info->counter;

    if (now->state != OTA_CONFIRMED || (now->flags & BOOT_ASKED) == 0 ||
        now->slot == OTA_SLOT_RECOVERY || target < limits->fuse_counter) {
        return limits->fuse_counter;
    }
    return target < limits->fuse_capacity ? target : limits->fuse_capacity;
}
