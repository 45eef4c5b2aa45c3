/* SPDX-License-Identifier: MIT */
#include "boot.h"

#include <string.h>

#include "ota/load.h"

/* Each try refuses a slot for this boot, so there are at most that many, plus
 * one for a trial that its fallback claims to outdo. */
#define TRIES_MAX (OTA_SLOT_COUNT + 1u)

static const struct ota_area *slot_area(const struct boot *boot,
                                        enum ota_slot slot)
{
    return &boot->map.parts[MAP_SLOT_A + (unsigned)slot];
}

static struct image_limits slot_limits(const struct boot *boot,
                                       enum ota_slot slot)
{
    uint32_t base = boot_base(slot);
    struct image_limits limits = {slot_area(boot, slot)->length, base,
                                  BOARD_APP_BASE + BOARD_APP_SIZE - base, true};

    return limits;
}

/* What the fuses allow. Each kind of image has its own counter. */
static enum ota_reason allow(const struct boot *boot, enum ota_slot slot)
{
    return policy_allow(&boot->image, slot == OTA_SLOT_RECOVERY
                                          ? &boot->recovery_limits
                                          : &boot->limits);
}

/* Does the slot hold an authentic, allowed program? On success it is in SRAM,
 * verified there, and flash is not read again. */
static enum ota_reason load_slot(struct boot *boot, enum ota_slot slot)
{
    struct image_limits limits = slot_limits(boot, slot);
    uint8_t *ram = (uint8_t *)(uintptr_t)limits.load_base;
    uint32_t size = 0;

    watchdog_feed();
    enum ota_reason reason =
        image_load(boot->flash, *slot_area(boot, slot), &limits, ram, &size);
    if (!reason) {
        reason =
            image_verify(ram, size, &limits, &boot->trust.keys, &boot->image);
    }
    if (!reason) {
        reason = allow(boot, slot);
    }
    if (!reason) {
        reason = image_check_entry(ram, &boot->image, &limits);
    }
    return reason;
}

/* Leave nothing of a refused image. */
static void wipe_sram(void)
{
    memset((void *)BOARD_APP_BASE, 0, BOARD_APP_SIZE);
}

/* What a trial is compared with: the slot that it could go back to. */
static enum ota_reason admit(const struct boot *boot)
{
    enum ota_slot other =
        policy_way_out((enum ota_slot)boot->state.slot, &boot->limits);
    struct image_limits limits = slot_limits(boot, other);
    struct image_info claim;
    bool known =
        policy_has_fallback(&boot->state) && other != OTA_SLOT_RECOVERY &&
        image_peek(boot->flash, *slot_area(boot, other), &limits, &claim) ==
            OTA_REASON_NONE;

    return policy_admit(&boot->state, &boot->image, known ? &claim : NULL,
                        &boot->limits);
}

static void trace_refusal(struct boot *boot, const struct boot_state *next,
                          enum ota_reason reason)
{
    boot->reasons[boot->state.slot] = reason;
    trace_event(TRACE_BOOT_REJECT, boot->state.slot, reason, 0, 0);
    if (next) {
        trace_event(TRACE_BOOT_ROLLBACK, boot->state.slot, next->slot, reason,
                    0);
    }
}

static bool choose(struct boot *boot, struct boot_state *next, bool *gave_up)
{
    bool changed;

    policy_choose(&boot->state, &boot->limits, &boot->ending, next, &changed,
                  gave_up);
    return changed;
}

/* The trial is over. Its image is ruled out for this boot, whoever was at
 * fault. */
static void end_trial(struct boot *boot, const struct boot_state *next)
{
    trace_refusal(boot, next, (enum ota_reason)next->reason);
    boot->tried |= 1u << boot->state.slot;
    boot_move(boot, next);
}

/* Count the attempt of a trial in flash. False: it could not be counted, so the
 * image must not run. */
static bool count_attempt(struct boot *boot)
{
    struct boot_state next;
    bool gave_up;
    bool changed = choose(boot, &next, &gave_up);

    if (gave_up) {
        end_trial(boot, &next);
        changed = choose(boot, &next, &gave_up);
    }
    if (!changed) {
        return true;
    }
    bool forgiven = next.losses > boot->state.losses;
    if (!boot_save(boot, &next)) {
        return false;
    }
    trace_event(forgiven ? TRACE_BOOT_FORGIVE : TRACE_BOOT_ATTEMPT, next.slot,
                next.attempts, next.losses, 0);
    return true;
}

static enum ota_reason try_chosen(struct boot *boot)
{
    if (!count_attempt(boot)) {
        return OTA_REASON_FLASH_ERROR;
    }
    enum ota_reason reason = load_slot(boot, (enum ota_slot)boot->state.slot);
    return reason ? reason : admit(boot);
}

/* The chosen image is refused: wipe it, record that, move on. False: nowhere to
 * go. An image that only claims less than its fallback is not ruled out: the
 * fallback was not verified, and if it turns out to be damaged, this image is
 * the only one left. */
static bool move_on(struct boot *boot, enum ota_reason reason)
{
    static const uint8_t nobody[OTA_DIGEST_SIZE];
    bool outdone = policy_outdone(reason, &boot->image, &boot->limits);
    struct boot_state next;

    wipe_sram();
    boot->confirmed_now = false;
    boot->tried |= outdone ? 0 : 1u << boot->state.slot;
    bool left = policy_reject(&boot->state, reason,
                              outdone ? nobody : boot->image.digest,
                              boot->tried, &boot->limits, &next);
    trace_refusal(boot, left ? &next : NULL, reason);
    if (left) {
        boot_move(boot, &next);
    }
    return left;
}

/* No valid journal: see what there is, and start a new one. */
static void start_over(struct boot *boot)
{
    struct policy_candidate candidates[2];
    struct boot_state next;

    for (unsigned slot = OTA_SLOT_A; slot <= OTA_SLOT_B; slot++) {
        if (!boot_has_slot(boot, slot)) {
            candidates[slot].verdict = OTA_REASON_EMPTY;
            continue;
        }
        candidates[slot].verdict = load_slot(boot, (enum ota_slot)slot);
        candidates[slot].info = boot->image;
        wipe_sram();
        boot->reasons[slot] = candidates[slot].verdict;
        if (candidates[slot].verdict) {
            boot->tried |= 1u << slot;
            trace_event(TRACE_BOOT_REJECT, slot, candidates[slot].verdict, 0,
                        0);
        }
    }
    policy_start_over(candidates, &boot->limits, &next);
    next.request = (uint16_t)boot->request.sequence;
    boot_move(boot, &next);
}

/* Try until an image is ready or nothing is left. */
static bool select_chosen(struct boot *boot)
{
    for (unsigned i = 0; i < TRIES_MAX; i++) {
        enum ota_reason reason = try_chosen(boot);
        if (!reason) {
            return true;
        }
        if (!move_on(boot, reason)) {
            break;
        }
    }
    return false;
}

/* Start a round with an authentic, allowed image in the slot, whatever was
 * decided against it. It runs even if the journal cannot be written: attempts
 * are only there to get back to something better. */
static bool resort_to(struct boot *boot, enum ota_slot slot)
{
    struct boot_state next;

    wipe_sram();
    if (!boot_has_slot(boot, slot) || load_slot(boot, slot)) {
        return false;
    }
    uint32_t wait = policy_resort(&boot->state, slot, boot->image.digest,
                                  &boot->limits, &next);
    trace_event(TRACE_BOOT_RESORT, slot, next.rounds, wait, 0);
    boot_move(boot, &next);
    board_wait_until(board_cycles() + (uint64_t)wait * BOARD_CPU_HZ);
    return true;
}

static bool last_resort(struct boot *boot)
{
    enum ota_slot first = policy_resort_first(&boot->state);

    return resort_to(boot, first) || resort_to(boot, policy_other(first));
}

/* A slot that does not exist needs no verdict of its own. */
static void rule_out_missing(struct boot *boot)
{
    for (unsigned slot = 0; slot < OTA_SLOT_COUNT; slot++) {
        if (!boot_has_slot(boot, slot)) {
            boot->reasons[slot] = OTA_REASON_EMPTY;
            boot->tried |= 1u << slot;
        }
    }
}

void boot_select(struct boot *boot)
{
    rule_out_missing(boot);
    if (!boot->state.sequence) {
        start_over(boot);
    }
    if (select_chosen(boot) || last_resort(boot)) {
        return;
    }
    wipe_sram();
    trace_event(TRACE_BOOT_NOTHING, boot->reasons[OTA_SLOT_A],
                boot->reasons[OTA_SLOT_B], boot->reasons[OTA_SLOT_RECOVERY], 0);
    board_halt();
}
