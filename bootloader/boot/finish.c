/* SPDX-License-Identifier: MIT */
#include "boot.h"

#include <string.h>

#include "ota/boot_info.h"
#include "ota/bytes.h"

/* Where images have no trial, the one in the slot may have been replaced. */
static bool may_be_new(const struct boot *boot)
{
    return !mechanism_of(boot->map.mechanism)->trials &&
           memcmp(boot->state.digest, boot->image.digest, OTA_DIGEST_SIZE) != 0;
}

void boot_note_digest(struct boot *boot)
{
    struct boot_state next = boot->state;

    if (bytes_are(next.digest, OTA_DIGEST_SIZE, 0) || may_be_new(boot)) {
        memcpy(next.digest, boot->image.digest, OTA_DIGEST_SIZE);
        /* Not written: known until the next reset, then tried again. */
        boot_move(boot, &next);
    }
    if (boot->confirmed_now) {
        trace_event(TRACE_BOOT_CONFIRM, boot->state.slot,
                    image_version_pack(&boot->image.version), 0, 0);
    }
}

void boot_burn(struct boot *boot)
{
    uint32_t from = otp_gap(OTP_COUNTER_BIT, OTP_COUNTER_BITS);
    uint32_t to = policy_burn_target(&boot->state, &boot->image, &boot->limits);

    /* Irreversible: the record that this rests on must be beyond doubt. A burn
     * that fails or is put off is made up for at the next boot. */
    if (from >= to || journal_refresh(&boot->journal)) {
        return;
    }
    trace_event(TRACE_BOOT_BURN, from, to, 0, 0);
    for (uint32_t bit = from; bit < to; bit++) {
        if (otp_burn(OTP_COUNTER_BIT + bit)) {
            break;
        }
    }
}

static void lock_part(const struct boot *boot, unsigned part)
{
    const struct ota_area *area = &boot->map.parts[part];

    if (flash_lock(area->start, area->length)) {
        board_panic(__LINE__, area->start);
    }
}

/* The last way out, whatever runs now, and what a trial would go back to. */
static bool must_not_change(const struct boot *boot, unsigned slot)
{
    return slot == OTA_SLOT_RECOVERY || boot->state.state == OTA_TRIAL ||
           (slot == boot->state.slot &&
            mechanism_of(boot->map.mechanism)->locks_own);
}

void boot_lock(const struct boot *boot)
{
    static const uint8_t always[] = {MAP_BOOT_A, MAP_BOOT_B, MAP_JOURNAL};
    static const uint8_t slots[] = {OTA_SLOT_RECOVERY, OTA_SLOT_A, OTA_SLOT_B};
    bool on_trial = boot->state.state == OTA_TRIAL;

    otp_lock();
    for (unsigned i = 0; i < sizeof(always); i++) {
        lock_part(boot, always[i]);
    }
    for (unsigned i = 0; i < sizeof(slots); i++) {
        if (boot_has_slot(boot, slots[i]) && must_not_change(boot, slots[i])) {
            lock_part(boot, MAP_SLOT_A + slots[i]);
        }
    }
    if (on_trial && trial_deadline(boot->map.trial_deadline_ms) != CTL_OK) {
        board_panic(__LINE__, CTL_SYS_DEADLINE);
    }
}

void boot_tell(const struct boot *boot)
{
    const struct boot_state *state = &boot->state;
    struct boot_info *info = (struct boot_info *)BOARD_INFO_BASE;

    info->slot = state->slot;
    info->state = state->state;
    info->attempts = state->attempts;
    info->cause = (uint8_t)board_reset_cause();
    info->version = image_version_pack(&boot->image.version);
    info->counter = boot->image.counter;
    info->fuse_counter = otp_level(OTP_COUNTER_BIT, OTP_COUNTER_BITS);
    info->reason = state->reason;
    memcpy(info->rejected, state->rejected, sizeof(info->rejected));
    memcpy(info->digest, boot->image.digest, OTA_DIGEST_SIZE);
    info->release = state->release;
    info->rounds = state->rounds;
    memset(info->zeros, 0, sizeof(info->zeros));
    info->next_request = request_next(boot->request.sequence, state->request);
    boot_info_seal(info);
}

_Noreturn void boot_enter(const struct boot *boot)
{
    uint32_t vectors =
        boot_base((enum ota_slot)boot->state.slot) + boot->image.header_size;

    trace_event(TRACE_BOOT_JUMP, boot->state.slot, boot->state.state,
                image_version_pack(&boot->image.version),
                bytes_get32((const uint8_t *)(uintptr_t)vectors + 4));
    watchdog_feed();
    board_jump(vectors, BOARD_STAGE_APP);
}
