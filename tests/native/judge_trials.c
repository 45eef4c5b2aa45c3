/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "native/judge_parts.h"

#define PAUSE_SLACK_NS 1000000u /* cycles are counted whole */
#define PAUSE_MOST_NS UINT64_C(3600000000000)

/* An image that was confirmed lies whole in the other slot, and may run. */
static bool has_fallback(const struct judge *judge)
{
    uint32_t other =
        judge->run.slot == JOURNAL_SLOT_A ? JOURNAL_SLOT_B : JOURNAL_SLOT_A;

    return judge->run.slot != JOURNAL_SLOT_RECOVERY &&
           judge->confirmed[other] != NATIVE_NO_IMAGE &&
           judge->confirmed[other] == judge_slot_image(judge, other) &&
           judge_slot_allowed(judge, other);
}

static uint32_t forgiven(const struct judge_trial *trial)
{
    return trial->forgiven < native_policy()->power_losses
               ? trial->forgiven
               : native_policy()->power_losses;
}

/* ---- a run of a trial --------------------------------------------------------- */

static void count_run(struct judge *judge)
{
    struct judge_trial *trial = &judge->trial[judge->run.image];
    uint32_t most = native_policy()->attempts + forgiven(trial);

    if (!has_fallback(judge)) {
        return;
    }
    if (trial->failed > 0 && judge->failures - trial->failed < 2) {
        judge_find(judge, JUDGE_AGAIN, "%s runs again, though it has failed",
                   judge_image_name(judge->run.image));
    }
    if (++trial->runs > most) {
        judge_find(judge, JUDGE_RUNS,
                   "%s runs unconfirmed for the %uth time of %u",
                   judge_image_name(judge->run.image), trial->runs, most);
    }
}

/* Only what was asked for last can have been granted; without a way back it
 * was not asked for. */
static void check_release(struct judge *judge)
{
    if (judge->wanted != judge->run.image || judge->release == 0 ||
        !has_fallback(judge)) {
        return;
    }
    if (judge->release < judge->highest) {
        judge_find(judge, JUDGE_STALE, "release %u is tried after %u",
                   judge->release, judge->highest);
    } else {
        judge->highest = judge->release;
    }
}

/* Twice as long as the one before, up to the longest. */
static void check_pause(struct judge *judge, uint64_t ns)
{
    uint64_t due = 2u * judge->pause_ns;

    due = due < PAUSE_MOST_NS ? due : PAUSE_MOST_NS;
    if (ns + PAUSE_SLACK_NS < due) {
        judge_find(judge, JUDGE_PAUSES, "a pause of %llu ms, %llu ms are due",
                   (unsigned long long)(ns / 1000000u),
                   (unsigned long long)(due / 1000000u));
    }
}

/* Runs of images that nothing better is known for: all attempts of both slots,
 * and then a pause ahead of every round. What was forgiven does not count. */
static void check_pauses(struct judge *judge,
                         const struct native_outcome *outcome, bool excused)
{
    uint32_t most = 2u * native_policy()->attempts;

    if (!judge->run.on_trial || has_fallback(judge)) {
        judge->unpaused = 0;
        judge->pause_ns = 0;
    } else if (outcome->slept_ns > 0) {
        check_pause(judge, outcome->slept_ns);
        judge->unpaused = 1;
        judge->pause_ns = outcome->slept_ns;
    } else if (!excused && ++judge->unpaused > most) {
        judge_find(judge, JUDGE_PAUSES, "the %uth run without a pause",
                   judge->unpaused);
    }
}

/* ---- a run of what is confirmed ------------------------------------------------- */

/* What was confirmed is still there, and would have been allowed to run. */
static void check_fallback(struct judge *judge)
{
    for (uint32_t slot = 0; slot < 2; slot++) {
        if (judge->confirmed[slot] != NATIVE_NO_IMAGE &&
            judge->confirmed[slot] == judge_slot_image(judge, slot) &&
            judge_slot_allowed(judge, slot)) {
            judge_find(judge, JUDGE_FALLBACK,
                       "recovery runs, though slot %u holds %s, confirmed",
                       slot, judge_image_name(judge->confirmed[slot]));
        }
    }
}

static void confirm(struct judge *judge)
{
    uint32_t image = judge->run.image;

    if (judge->confirmed[judge->run.slot] != image &&
        !judge->trial[image].asked) {
        judge_find(judge, JUDGE_UNASKED, "%s is confirmed in slot %u",
                   judge_image_name(image), judge->run.slot);
    }
    judge->confirmed[judge->run.slot] = image;
    memset(&judge->trial[image], 0, sizeof judge->trial[image]);
}

/* ---- the end of a run ------------------------------------------------------------- */

/* Nothing but power failed, and that less often than is forgiven. */
static bool is_innocent(const struct judge *judge)
{
    const struct judge_run *last = &judge->last;

    return judge->cause == CTL_CAUSE_POWER_ON && last->alive &&
           !last->asks_more && !last->was_cut &&
           last->session + 1 == judge->session &&
           judge->trial[last->image].forgiven < native_policy()->power_losses &&
           judge_slot_image(judge, last->slot) == last->image;
}

static void check_innocent(struct judge *judge)
{
    if (is_innocent(judge) &&
        (judge->run.image != judge->last.image || !judge->run.on_trial)) {
        judge_find(judge, JUDGE_INNOCENT, "%s is not on trial any more",
                   judge_image_name(judge->last.image));
    }
}

/* How it ended is known to the device from this boot's cause alone: a boot in
 * between that was cut short has written nothing down. */
static void close_last(struct judge *judge)
{
    const struct judge_run *last = &judge->last;
    struct judge_trial *trial = &judge->trial[last->image];

    if (judge->cause == CTL_CAUSE_POWER_ON) {
        trial->forgiven += last->alive;
    } else {
        trial->by_image = true;
    }
    if (last->confirms) {
        trial->asked = true;
    } else if (last->gives_up) {
        memset(trial, 0, sizeof *trial);
    } else if (trial->by_image && trial->failed == 0 &&
               trial->runs >= native_policy()->attempts + forgiven(trial)) {
        trial->failed = ++judge->failures;
    }
}

/* ---- from boot to boot ------------------------------------------------------------- */

void judge_trials_start(struct judge *judge, const struct boot_case *made)
{
    judge->run.image = NATIVE_NO_IMAGE;
    judge->last.image = NATIVE_NO_IMAGE;
    judge->wanted = NATIVE_NO_IMAGE;
    judge->confirmed[0] = NATIVE_NO_IMAGE;
    judge->confirmed[1] = NATIVE_NO_IMAGE;
    if (made->origin == CASE_HONEST || made->origin == CASE_FLIPPED) {
        judge->confirmed[0] = judge_slot_image(judge, 0);
    }
}

void judge_trials_reset(struct judge *judge, enum ctl_reset_cause cause)
{
    static const struct judge_run nothing = {.image = NATIVE_NO_IMAGE};

    if (judge->run.image != NATIVE_NO_IMAGE && judge->run.on_trial) {
        judge->last = judge->run;
        judge->last.session = judge->session;
    }
    judge->run = nothing;
    judge->cause = cause;
}

void judge_trials_entered(struct judge *judge,
                          const struct native_outcome *outcome)
{
    if (judge->origin == CASE_FORGED || judge->run.image == NATIVE_NO_IMAGE) {
        return; /* anything may have been said of images before */
    }
    bool excused = judge->last.image != NATIVE_NO_IMAGE && judge->last.alive &&
                   judge->cause == CTL_CAUSE_POWER_ON;

    if (judge->last.image != NATIVE_NO_IMAGE) {
        check_innocent(judge);
        close_last(judge);
    }
    if (judge->run.on_trial) {
        count_run(judge);
        check_release(judge);
        /* what was confirmed there once has to prove itself again */
        judge->confirmed[judge->run.slot % 2u] = NATIVE_NO_IMAGE;
    } else if (judge->run.slot == JOURNAL_SLOT_RECOVERY) {
        check_fallback(judge);
    } else {
        confirm(judge);
    }
    check_pauses(judge, outcome, excused);
    judge->last.image = NATIVE_NO_IMAGE;
    judge->wanted = NATIVE_NO_IMAGE;
}

/* ---- requests ------------------------------------------------------------------------- */

static uint32_t image_of_digest(const uint8_t digest[32])
{
    uint32_t i = 0;

    while (i < NATIVE_IMAGE_COUNT &&
           memcmp(digest, native_image(i)->digest, 32) != 0) {
        i++;
    }
    return i < NATIVE_IMAGE_COUNT ? i : NATIVE_NO_IMAGE;
}

/* Whatever is known against it stays. */
static void wants_trial(struct judge *judge, uint32_t image, uint32_t release)
{
    struct judge_trial *trial = &judge->trial[image];

    judge->wanted = image;
    judge->release = release;
    if (trial->failed == 0) {
        memset(trial, 0, sizeof *trial);
    }
}

/* The bootloader cannot see it: who asks has to know what he wrote. */
static bool is_torn(const struct judge *judge, uint8_t slot)
{
    const struct board_part *part =
        board_map_find(native_map(), slot == 0 ? "slot-a" : "slot-b");

    return flash_range_taint(&judge->device->flash, part->start,
                             part->length) != FLASH_CLEAN;
}

void judge_asks(struct judge *judge, uint8_t kind, uint8_t slot, uint32_t value,
                const uint8_t digest[32])
{
    struct judge_run *run = &judge->run;
    uint32_t image = image_of_digest(digest);
    bool self =
        image != NATIVE_NO_IMAGE && image == run->image && slot == run->slot;

    judge->calm = 0;
    judge->wanted = NATIVE_NO_IMAGE;
    run->asks_more = run->asks_more || !self || kind != REQUEST_ALIVE;
    if (self && run->on_trial) {
        run->alive = run->alive || kind == REQUEST_ALIVE;
        run->confirms = run->confirms || kind == REQUEST_CONFIRM;
        run->gives_up = run->gives_up || kind == REQUEST_ABANDON;
    } else if (self && kind == REQUEST_COMMIT && value > judge->committed) {
        judge->committed = value;
    }
    if (kind == REQUEST_TRIAL && slot < 2) {
        judge->careless = judge->careless || is_torn(judge, slot);
    }
    if (kind == REQUEST_TRIAL && image != NATIVE_NO_IMAGE && !run->on_trial) {
        wants_trial(judge, image, value);
    }
}

void judge_writes(struct judge *judge, uint8_t slot)
{
    judge->calm = 0;
    judge->confirmed[slot] = NATIVE_NO_IMAGE;
}
