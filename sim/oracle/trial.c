/* SPDX-License-Identifier: MIT */
/*
 * Rule 4. A trial makes sense only if there is something better to go back to,
 * so runs count against an image only while there is. A power cut is not the
 * image's fault, up to the number of them that the devicetree forgives.
 */
#include <string.h>

#include "image/bytes.h"
#include "oracle/oracle_parts.h"

/* Hand-over may be this long after the deadline was set. */
#define DEADLINE_SLACK_NS 2000000000u

static const struct oracle_image *image_of(const struct oracle_view *view,
                                           uint32_t image)
{
    return &view->judged->image[image];
}

/* Whether the running image is not, or not yet, permanent. */
static bool on_trial(const struct oracle *oracle,
                     const struct oracle_view *view)
{
    if (oracle->running == ORACLE_NONE || !oracle_mechanism(view)->has_trials) {
        return false;
    }
    return !oracle_says(oracle, JOURNAL_CONFIRMED) ||
           (oracle->journal_slot != JOURNAL_SLOT_RECOVERY &&
            oracle->good[oracle->journal_slot] != oracle->running);
}

/* Whether a request is about the image with this digest. */
static bool names(const struct oracle_view *view,
                  const struct request_record *request, uint32_t image)
{
    return !all_bytes(request->digest, sizeof request->digest, 0) &&
           memcmp(request->digest, image_of(view, image)->hash,
                  sizeof request->digest) == 0;
}

/* ---- something better --------------------------------------------------- */

static bool is_good(const struct oracle *oracle, const struct oracle_view *view,
                    uint32_t slot)
{
    uint32_t image = oracle_image_of_slot(view, slot);

    return image != ORACLE_NONE && image_of(view, image)->authentic &&
           oracle_fuses_allow(view, image) && oracle->good[slot] == image;
}

bool oracle_has_good(const struct oracle *oracle,
                     const struct oracle_view *view)
{
    return is_good(oracle, view, JOURNAL_SLOT_A) ||
           is_good(oracle, view, JOURNAL_SLOT_B);
}

/* The image to go back to, in another slot than the one on trial. */
static uint32_t better_image(const struct oracle *oracle,
                             const struct oracle_view *view)
{
    for (uint32_t slot = JOURNAL_SLOT_A; slot <= JOURNAL_SLOT_B; slot++) {
        if (slot != oracle->journal_slot && is_good(oracle, view, slot)) {
            return oracle_image_of_slot(view, slot);
        }
    }
    return ORACLE_NONE;
}

static bool is_older(const struct oracle_image *image,
                     const struct oracle_image *than)
{
    return image->counter < than->counter ||
           (image->counter == than->counter && image->version < than->version);
}

/* Where a trial goes back to. */
static uint32_t fallback_slot(const struct oracle *oracle,
                              const struct oracle_view *view)
{
    return oracle_mechanism(view)->falls_to_recovery
               ? JOURNAL_SLOT_RECOVERY
               : oracle_other_slot(oracle->journal_slot);
}

/* By number alone: whether the partition is the one that is needed. */
static uint32_t kept_candidate(const struct oracle *oracle,
                               const struct oracle_view *view)
{
    if (!oracle_mechanism(view)->keeps_running) {
        return ORACLE_NONE;
    }
    if (oracle_says(oracle, JOURNAL_CONFIRMED)) {
        return oracle->journal_slot;
    }
    return oracle_says(oracle, JOURNAL_TRIAL) ? fallback_slot(oracle, view)
                                              : ORACLE_NONE;
}

uint32_t oracle_kept_slot(const struct oracle *oracle,
                          const struct oracle_view *view)
{
    uint32_t slot = kept_candidate(oracle, view);

    if (slot == JOURNAL_SLOT_RECOVERY) {
        return oracle_image_of_slot(view, slot) != ORACLE_NONE ? slot
                                                               : ORACLE_NONE;
    }
    return slot != ORACLE_NONE && is_good(oracle, view, slot) ? slot
                                                              : ORACLE_NONE;
}

void oracle_kept_written(struct oracle *oracle, const struct oracle_view *view,
                         const struct flash_op *op)
{
    uint32_t slot = kept_candidate(oracle, view);

    if (slot == ORACLE_NONE ||
        !oracle_touches(view, oracle_slot_partition(slot), op->address,
                        op->length) ||
        oracle_kept_slot(oracle, view) == ORACLE_NONE) {
        return;
    }
    const struct board_part *part =
        board_map_find(view->judged->map, oracle_slot_partition(slot));
    const struct oracle_image *image =
        image_of(view, oracle_image_of_slot(view, slot));
    if (op->address - part->start >= image->size) {
        return; /* past the image */
    }
    bool fallback = oracle_says(oracle, JOURNAL_TRIAL);
    oracle_violate(oracle, view, fallback ? 4 : 1, "%s, %s, is %s at 0x%06x",
                   part->name,
                   fallback ? "the fallback of a trial"
                            : "which is confirmed and in force",
                   op->kind == FLASH_ERASE ? "erased" : "programmed",
                   op->address);
}

/* The image that was confirmed there no longer exists. */
void oracle_good_written(struct oracle *oracle, const struct oracle_view *view,
                         const struct flash_op *op)
{
    for (uint32_t slot = JOURNAL_SLOT_A; slot <= JOURNAL_SLOT_B; slot++) {
        const struct board_part *part =
            board_map_find(view->judged->map, oracle_slot_partition(slot));

        if (part != NULL && oracle->good[slot] != ORACLE_NONE &&
            op->address >= part->start &&
            op->address - part->start <
                image_of(view, oracle->good[slot])->size) {
            oracle->good[slot] = ORACLE_NONE;
        }
    }
}

/* ---- releases ------------------------------------------------------------ */

/* Whether this is the trial that was asked for, and goes back to an older
 * release. Release 0 is nobody's: asked for by hand. */
static void check_release(struct oracle *oracle, const struct oracle_view *view,
                          uint32_t image)
{
    struct request_record request;
    struct journal_record now;

    if (!decode_request_newest(view->flash->array, view->flash->figures.size,
                               view->judged->map, &request) ||
        !decode_in_force(view->flash->array, view->flash->figures.size,
                         view->judged->map, &now) ||
        request.kind != REQUEST_TRIAL || request.number == 0 ||
        /* refused: the journal reached this image another way */
        (now.release != request.number && now.reason != 0) ||
        request.slot != oracle->journal_slot || !names(view, &request, image)) {
        return;
    }
    if (request.number < oracle->release) {
        oracle_violate(oracle, view, 4,
                       "%s is tried as release %u, but %u was tried before",
                       image_of(view, image)->name, request.number,
                       oracle->release);
    } else {
        oracle->release = request.number;
    }
}

/* ---- runs --------------------------------------------------------------- */

/* An image that was confirmed and is tried again must ask again. Its runs are
 * forgotten if nothing is known against it: it gave up its trial, or lost power
 * as often as it ran. Where recovery is what a trial goes back to, it has asked
 * for this one anew. */
void oracle_trial_begins(struct oracle *oracle, const struct oracle_view *view,
                         uint32_t image)
{
    struct oracle_trial *trial = &oracle->trial[image];

    check_release(oracle, view, image);
    if (oracle->journal_slot != JOURNAL_SLOT_RECOVERY) {
        oracle->good[oracle->journal_slot] = ORACLE_NONE;
    }
    if (trial->gave_back || trial->losses >= trial->runs ||
        oracle_mechanism(view)->falls_to_recovery) {
        trial->runs = 0;
        trial->losses = 0;
    }
    trial->asked = false;
    trial->gave_back = false;
    trial->commit = 0;
}

/* It has asked for it, and recovery may take its place. */
static bool gave_way(const struct oracle *oracle,
                     const struct oracle_view *view, uint32_t slot)
{
    return oracle_mechanism(view)->falls_to_recovery &&
           oracle->trial[oracle_image_of_slot(view, slot)].gave_way;
}

/* The recovery image is for a device that has nothing else. */
static void check_recovery(struct oracle *oracle,
                           const struct oracle_view *view)
{
    for (uint32_t slot = JOURNAL_SLOT_A; slot <= JOURNAL_SLOT_B; slot++) {
        if (is_good(oracle, view, slot) && !gave_way(oracle, view, slot)) {
            oracle_violate(
                oracle, view, 1,
                "recovery runs, although %s holds %s, which is confirmed and "
                "allowed",
                oracle_slot_partition(slot),
                image_of(view, oracle_image_of_slot(view, slot))->name);
        }
    }
}

static uint32_t most_runs(const struct oracle *oracle,
                          const struct oracle_view *view,
                          const struct oracle_trial *trial)
{
    const struct policy_figures *policy = &view->judged->policy;
    uint32_t losses = trial->losses < policy->power_losses
                          ? trial->losses
                          : policy->power_losses;

    return policy->attempts + losses + oracle->forgiven;
}

/* There is something better than the image on trial. */
static void check_runs(struct oracle *oracle, const struct oracle_view *view)
{
    const struct oracle_trial *trial = &oracle->trial[oracle->running];
    const struct oracle_image *image = image_of(view, oracle->running);
    uint32_t most = most_runs(oracle, view, trial);

    if (trial->runs > most) {
        oracle_violate(oracle, view, 4,
                       "%s runs unconfirmed for the %uth time of %u",
                       image->name, trial->runs, most);
    }
}

static void check_age(struct oracle *oracle, const struct oracle_view *view,
                      const struct oracle_image *better)
{
    const struct oracle_image *image = image_of(view, oracle->running);

    if (is_older(image, better)) {
        oracle_violate(oracle, view, 4,
                       "%s runs on trial, which is older than %s", image->name,
                       better->name);
    }
}

/* Whether a trial goes back to recovery, and can. */
static bool has_recovery(const struct oracle *oracle,
                         const struct oracle_view *view)
{
    uint32_t image = oracle_image_of_slot(view, JOURNAL_SLOT_RECOVERY);

    return fallback_slot(oracle, view) == JOURNAL_SLOT_RECOVERY &&
           image != ORACLE_NONE && image_of(view, image)->authentic &&
           oracle_fuses_allow(view, image);
}

void oracle_trial_entered(struct oracle *oracle, const struct oracle_view *view)
{
    struct oracle_trial *trial = &oracle->trial[oracle->running];

    if (oracle->journal_slot == JOURNAL_SLOT_RECOVERY) {
        check_recovery(oracle, view);
    }
    if (!on_trial(oracle, view)) {
        return;
    }
    trial->gave_back = false;
    trial->runs++;
    uint32_t better = better_image(oracle, view);
    if (better != ORACLE_NONE || has_recovery(oracle, view)) {
        check_runs(oracle, view);
    }
    if (better != ORACLE_NONE) {
        check_age(oracle, view, image_of(view, better));
    }
}

void oracle_trial_struck(struct oracle *oracle, const struct oracle_view *view)
{
    uint32_t image = oracle->running;

    if (!on_trial(oracle, view)) {
        image = oracle_says(oracle, JOURNAL_TRIAL)
                    ? oracle_image_of_slot(view, oracle->journal_slot)
                    : ORACLE_NONE;
    }
    if (image != ORACLE_NONE) {
        oracle->trial[image].losses++;
    }
}

/* World time comes from the controller, executed time from the shim: the CPU
 * cannot have run for longer than has passed. */
void oracle_trial_time(struct oracle *oracle, const struct oracle_view *view)
{
    uint64_t deadline = view->judged->policy.deadline_ns;

    if (!on_trial(oracle, view) || oracle->deadline_reported || deadline == 0) {
        return;
    }
    uint64_t passed = view->now_ns - oracle->entered_ns;
    uint64_t ran = view->executed_ns - oracle->executed_ns;
    if ((passed > ran ? passed : ran) > deadline + DEADLINE_SLACK_NS) {
        oracle->deadline_reported = true;
        oracle_violate(oracle, view, 4, "%s is on trial past its deadline",
                       image_of(view, oracle->running)->name);
    }
}

/* ---- requests ----------------------------------------------------------- */

/* An image asks for itself: for its own digest, in the slot in force. */
static void heard(struct oracle *oracle, const struct oracle_view *view,
                  const struct request_record *request, uint32_t image)
{
    struct oracle_trial *trial = &oracle->trial[image];
    bool tried = oracle_says(oracle, JOURNAL_TRIAL);

    if (request->kind == REQUEST_FETCH) { /* this one names what is to come */
        trial->gave_way = !tried && request->slot == oracle->journal_slot;
        return;
    }
    if (request->slot != oracle->journal_slot || !names(view, request, image)) {
        return;
    }
    if (request->kind == REQUEST_CONFIRM && tried) {
        trial->asked = true;
    } else if (request->kind == REQUEST_ABANDON && tried) {
        trial->gave_back = true;
    } else if (request->kind == REQUEST_COMMIT && !tried &&
               request->number > trial->commit) {
        trial->commit = request->number;
    }
}

/* The request's end may be written in the next boot, or never; it counts all
 * the same. */
void oracle_request_begins(struct oracle *oracle, const struct flash_op *op)
{
    oracle->request_at = op->address;
    oracle->request_by = oracle->running;
}

void oracle_request_stands(struct oracle *oracle,
                           const struct oracle_view *view)
{
    struct request_record request;

    if (oracle->request_by != ORACLE_NONE &&
        decode_request_at(view->flash->array, view->flash->figures.size,
                          view->judged->map, oracle->request_at, &request)) {
        heard(oracle, view, &request, oracle->request_by);
    }
    if (!flash_busy(view->flash)) {
        oracle->request_at = 0;
        oracle->request_by = ORACLE_NONE;
    }
}

void oracle_request_given(struct oracle *oracle, const struct oracle_view *view)
{
    struct request_record request;

    if (!decode_request_newest(view->flash->array, view->flash->figures.size,
                               view->judged->map, &request)) {
        return;
    }
    for (uint32_t image = 0; image < view->judged->images; image++) {
        if (names(view, &request, image)) {
            heard(oracle, view, &request, image);
        }
    }
}
