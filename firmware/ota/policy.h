/* SPDX-License-Identifier: MIT */
/*
 * What the bootloader does next, as pure functions over the journal's state:
 * no flash, no hardware, each an ordered table of rules that is walked from
 * the top. The bootloader carries out what they say.
 */
#ifndef OTALAB_OTA_POLICY_H
#define OTALAB_OTA_POLICY_H

#include <stdbool.h>
#include <stdint.h>

#include "ota/image.h"
#include "ota/journal.h"
#include "ota/request.h"

struct policy_limits {
    uint8_t trial_attempts;   /* from the devicetree, >= 1 */
    uint32_t fuse_counter;    /* value in the fuses */
    uint32_t fuse_capacity;   /* highest value they can hold */
};

/* A slot's image as far as it was verified at this boot. */
struct policy_candidate {
    enum ota_reason verdict; /* OTA_REASON_NONE: authentic and runnable */
    struct image_info info;  /* meaningful when verdict is NONE */
};

/*
 * Take a request into account. `next` gets the state to be written when
 * *changed; returns the verdict to be traced (OTA_REASON_NONE: accepted).
 * Confirm: only for the slot and digest on trial. Trial: only from a
 * confirmed state, other slot, digest not rejected before. Commit: only from
 * a confirmed state with the running digest; counter within capacity.
 */
enum ota_reason policy_request(const struct boot_state *now,
                               const struct request *request,
                               const struct policy_limits *limits,
                               struct boot_state *next, bool *changed);

/*
 * The slot to try now and the state to be written before it is read (when
 * *changed). A trial uses up one attempt; with none left it is rejected and
 * the other slot is taken back as confirmed.
 */
enum ota_slot policy_choose(const struct boot_state *now,
                            const struct policy_limits *limits,
                            struct boot_state *next, bool *changed);

/*
 * The image in `now->slot` was refused with `reason`: record it and move on:
 * trial -> the other slot; confirmed -> the other slot as a trial, then
 * recovery. `tried` is a bit mask of slots already refused at this boot.
 * Returns false when nothing is left.
 */
bool policy_reject(const struct boot_state *now, enum ota_reason reason,
                   const uint8_t digest[OTA_DIGEST_SIZE], unsigned tried,
                   const struct policy_limits *limits,
                   struct boot_state *next);

/* Is an authentic image allowed to run: counter against fuses, capacity. */
enum ota_reason policy_allow(const struct image_info *info,
                             const struct policy_limits *limits);

#endif
