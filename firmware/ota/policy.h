/* SPDX-License-Identifier: MIT */
/*
 * What the bootloader does next, as pure functions over the journal's state: no
 * flash, no hardware. Each is a table of rules that is walked in order. The
 * bootloader carries out what they say: `next` is a state to append to the
 * journal if *changed.
 *
 * A trial's record holds two facts. With reason 0 the trial was requested, and
 * the other slot holds the confirmed image to go back to. With any other reason
 * the trial is itself a way out (no journal, or the confirmed image was
 * refused), and the other slot is not known to be good.
 *
 * Attempts exist to get back to something better. An attempt that a power loss
 * ended after the image's first sign of life is given back, a limited number of
 * times. Where nothing better is left, an image is tried without end, in rounds
 * of attempts (policy_resort()).
 */
#ifndef OTALAB_OTA_POLICY_H
#define OTALAB_OTA_POLICY_H

#include <stdbool.h>
#include <stdint.h>

#include "ota/image.h"
#include "ota/journal.h"
#include "ota/mechanism.h"
#include "ota/request.h"

struct policy_limits {
    uint8_t trial_attempts; /* from the devicetree, >= 1 */
    uint8_t power_losses;   /* most attempts of a trial given back */
    uint8_t mechanism;      /* enum ota_mechanism */
    uint32_t fuse_counter;  /* value in the fuses */
    uint32_t fuse_capacity; /* highest value they can hold */
};

/* A slot's image, as far as it was verified at this boot. */
struct policy_candidate {
    enum ota_reason verdict; /* OTA_REASON_NONE: authentic and allowed */
    struct image_info info;  /* meaningful if verdict is NONE */
};

/* How the previous boot ended. */
struct policy_ending {
    bool power_on; /* by a power loss, but not a brown-out */
    bool alive;    /* the image on trial had signalled that it runs */
};

/* The other one of slots a and b; for recovery, a. */
enum ota_slot policy_other(enum ota_slot slot);
/* Where to go if the image in that slot is refused or has failed its trial; the
 * slot itself if there is nothing else. */
enum ota_slot policy_way_out(enum ota_slot slot,
                             const struct policy_limits *limits);
/* A requested trial: the way out is a confirmed image, or recovery where that
 * is the mechanism. */
bool policy_has_fallback(const struct boot_state *now);

/*
 * Take a request into account. `next` gets the state to write if *changed;
 * returns the verdict to trace (OTA_REASON_NONE: accepted). A request that is
 * not new changes nothing; a refused one is marked as handled.
 *
 * Trial: only from a confirmed state, for another slot that exists, with a
 * digest not rejected before. Fetch: only if the mechanism has recovery fetch,
 * from a confirmed application, for the slot that it updates, under the same
 * conditions; recovery runs next. Confirm: only for the slot and digest on trial. Commit: only
 * from a confirmed state, with the running digest and a counter within
 * capacity. Abandon: only for the slot and digest on trial, and only if the
 * other slot is confirmed; the image is not remembered as rejected. Alive: only
 * for the slot and digest on trial; changes nothing else. Recovery may request
 * a trial of an image that was rejected before: where recovery runs, nothing
 * better is left.
 */
enum ota_reason policy_request(const struct boot_state *now,
                               const struct request *request,
                               const struct policy_limits *limits,
                               struct boot_state *next, bool *changed);

/*
 * The slot to try now, and the state to write before it is read (if *changed).
 * A trial uses up one attempt, unless the previous one is given back because of
 * how it ended (`losses` rises). With no attempt left, the trial is over
 * (*gave_up) and next->reason says why: trial-failed, permanently, or
 * power-lost if power losses ended all attempts. Then the other slot is taken,
 * as confirmed if it was; after a last resort, recovery.
 */
enum ota_slot policy_choose(const struct boot_state *now,
                            const struct policy_limits *limits,
                            const struct policy_ending *ending,
                            struct boot_state *next, bool *changed,
                            bool *gave_up);

/*
 * Nothing is left at this boot, and `slot` holds an authentic, allowed image:
 * start another round of attempts with it and take the first. Returns the
 * seconds to wait before that: 1, doubled with each round, at most an hour.
 */
uint32_t policy_resort(const struct boot_state *now, enum ota_slot slot,
                       const uint8_t digest[OTA_DIGEST_SIZE],
                       const struct policy_limits *limits,
                       struct boot_state *next);
/* The slot to try first for that: they take turns. */
enum ota_slot policy_resort_first(const struct boot_state *now);

/*
 * The image in `now->slot` was refused with `reason`: record that and move on.
 * From a trial to its way out; from a confirmed image to the other slot as a
 * trial, then to recovery. `digest` is remembered if the reason is lasting (the
 * image was authentic, but will never be allowed); a damaged image may be
 * written again. `tried` is a bit mask of slots already refused at this boot,
 * including this one. Returns false if nothing is left.
 */
bool policy_reject(const struct boot_state *now, enum ota_reason reason,
                   const uint8_t digest[OTA_DIGEST_SIZE], unsigned tried,
                   const struct policy_limits *limits, struct boot_state *next);

/* No valid journal: the newest allowed image in slots a and b as a trial with
 * full attempts, else recovery; as confirmed where nothing has a trial. */
void policy_start_over(const struct policy_candidate candidates[2],
                       const struct policy_limits *limits,
                       struct boot_state *next);

/* May an authentic image run? Compares its counter with fuses and capacity. */
enum ota_reason policy_allow(const struct image_info *info,
                             const struct policy_limits *limits);

/*
 * Is this allowed image the one that `now` refers to, and may it be tried?
 * `fallback` is what the slot to go back to claims to hold, NULL if there is
 * none. A confirmed state passes if the image is the one that was confirmed.
 * The recovery image always passes: it is the last way out. So does any image
 * where new ones have no trial.
 */
enum ota_reason policy_admit(const struct boot_state *now,
                             const struct image_info *info,
                             const struct image_info *fallback,
                             const struct policy_limits *limits);

/*
 * Was that verified image refused only because of what its fallback claims to
 * be? The claim may be false, so the image is neither remembered as rejected
 * nor ruled out at this boot, in case the fallback does not run.
 */
bool policy_outdone(enum ota_reason reason, const struct image_info *info,
                    const struct policy_limits *limits);

/* The counter that the fuses must reach now, given the verified image in
 * `now->slot`: never more than it carries, and nothing new while on trial or
 * for the recovery image, whose counter is high so that it outlives every
 * commit. */
uint32_t policy_burn_target(const struct boot_state *now,
                            const struct image_info *info,
                            const struct policy_limits *limits);

#endif
