/* SPDX-License-Identifier: MIT */
/*
 * What the bootloader does next, as pure functions over the journal's state:
 * no flash, no hardware, each an ordered table of rules that is walked from
 * the top. The bootloader carries out what they say: `next` is a state to be
 * appended to the journal when *changed.
 *
 * Two facts about a trial stand in its record. With reason 0 it was asked
 * for, and the other slot holds the confirmed image to go back to. With any
 * other reason it is itself a way out (no journal, or the confirmed image was
 * refused), and the other slot is not known to be good.
 *
 * Attempts exist to get back to something better. An attempt that a power loss
 * ended after the image's first sign of life is given back, a bounded number
 * of times. Where nothing better is left an image is tried without end, in
 * rounds of so many attempts (policy_resort()).
 */
#ifndef OTALAB_OTA_POLICY_H
#define OTALAB_OTA_POLICY_H

#include <stdbool.h>
#include <stdint.h>

#include "ota/image.h"
#include "ota/journal.h"
#include "ota/request.h"

struct policy_limits {
    uint8_t trial_attempts; /* from the devicetree, >= 1 */
    uint8_t power_losses;   /* attempts of a trial given back at most */
    uint32_t fuse_counter;  /* value in the fuses */
    uint32_t fuse_capacity; /* highest value they can hold */
};

/* A slot's image as far as it was verified at this boot. */
struct policy_candidate {
    enum ota_reason verdict; /* OTA_REASON_NONE: authentic and allowed */
    struct image_info info;  /* meaningful when verdict is NONE */
};

/* How the boot before this one ended. */
struct policy_ending {
    bool power_on; /* by a power loss, and not by a brown-out */
    bool alive;    /* the image on trial had said that it runs */
};

/* The other of slots a and b; for recovery, a. */
enum ota_slot policy_other(enum ota_slot slot);
/* A trial that was asked for: the other slot is confirmed. */
bool policy_has_fallback(const struct boot_state *now);

/*
 * Take a request into account. `next` gets the state to be written when
 * *changed; returns the verdict to be traced (OTA_REASON_NONE: accepted).
 * A request that is not new changes nothing; one that is refused is marked as
 * dealt with. Trial: only from a confirmed state, other slot, digest not
 * rejected before. Confirm: only for the slot and digest on trial. Commit:
 * only from a confirmed state with the running digest; counter within
 * capacity. Abandon: only for the slot and digest on trial, and only when the
 * other slot is confirmed; the image is not remembered as rejected. Alive: only
 * for the slot and digest on trial; changes nothing else. Recovery may ask for
 * a trial of what was rejected before: where it runs nothing better is left.
 */
enum ota_reason policy_request(const struct boot_state *now,
                               const struct request *request,
                               const struct policy_limits *limits,
                               struct boot_state *next, bool *changed);

/*
 * The slot to try now and the state to be written before it is read (when
 * *changed). A trial uses up one attempt, unless the one before is given back
 * because of how it ended (`losses` rises). With none left the trial is over
 * (*gave_up) and next->reason says why: trial-failed, for good, or power-lost
 * when no attempt ended otherwise. Then the other slot is taken, as confirmed
 * when it was; after a last resort, recovery.
 */
enum ota_slot policy_choose(const struct boot_state *now,
                            const struct policy_limits *limits,
                            const struct policy_ending *ending,
                            struct boot_state *next, bool *changed,
                            bool *gave_up);

/*
 * Nothing is left at this boot, and `slot` holds an authentic, allowed image:
 * begin another round of attempts with it, the first of which is taken.
 * Returns the seconds to wait before: 1, doubled with each round, at most an
 * hour.
 */
uint32_t policy_resort(const struct boot_state *now, enum ota_slot slot,
                       const uint8_t digest[OTA_DIGEST_SIZE],
                       const struct policy_limits *limits,
                       struct boot_state *next);
/* The slot to look at first for that: they take turns. */
enum ota_slot policy_resort_first(const struct boot_state *now);

/*
 * The image in `now->slot` was refused with `reason`: record it and move on:
 * trial -> the other slot; confirmed -> the other slot as a trial, then
 * recovery. `digest` is remembered when the reason is one that lasts (it was
 * authentic, but will never be allowed); a damaged image may be written
 * again. `tried` is a bit mask of slots already refused at this boot, this
 * one included. Returns false when nothing is left.
 */
bool policy_reject(const struct boot_state *now, enum ota_reason reason,
                   const uint8_t digest[OTA_DIGEST_SIZE], unsigned tried,
                   const struct policy_limits *limits, struct boot_state *next);

/* No valid journal: the newest of the allowed images in slots a and b as a
 * trial with full attempts, else recovery. */
void policy_start_over(const struct policy_candidate candidates[2],
                       const struct policy_limits *limits,
                       struct boot_state *next);

/* Is an authentic image allowed to run: counter against fuses, capacity. */
enum ota_reason policy_allow(const struct image_info *info,
                             const struct policy_limits *limits);

/*
 * Is this allowed image the one that `now` speaks of, and may it be tried?
 * `fallback` is what the slot to go back to claims to hold, NULL when there
 * is none. Confirmed states pass when the image is the one that was confirmed.
 * The recovery image always passes: it is the last way out.
 */
enum ota_reason policy_admit(const struct boot_state *now,
                             const struct image_info *info,
                             const struct image_info *fallback);

/*
 * Was that verified image refused only for what its fallback claims to be?
 * The claim may be false, so the image is neither remembered as rejected nor
 * out of the question at this boot, should the fallback not run.
 */
bool policy_outdone(enum ota_reason reason, const struct image_info *info,
                    const struct policy_limits *limits);

/* What the fuses are to reach now, given the verified image in `now->slot`:
 * never more than it carries, and nothing new while on trial or for the
 * recovery image, whose counter is high so that it outlives every commit. */
uint32_t policy_burn_target(const struct boot_state *now,
                            const struct image_info *info,
                            const struct policy_limits *limits);

#endif
