/* SPDX-License-Identifier: MIT */
#include "boot.h"

void boot_read_board(struct boot *boot)
{
    if (!boot_has_services()) {
        board_panic(__LINE__, BOARD_ROM_BASE);
    }
    boot->flash = board_flash();
    if (map_read(board_dtb(), BOARD_DTB_SIZE, &boot->map)) {
        board_panic(__LINE__, BOARD_DTB_BASE);
    }
    trust_read(&boot->trust);
    boot->limits.trial_attempts = boot->map.trial_attempts;
    boot->limits.mechanism = boot->map.mechanism;
    boot->limits.power_losses = (uint8_t)boot->map.trial_power_losses;
    boot->ending.power_on = board_reset_cause() == CTL_CAUSE_POWER_ON;
    boot->limits.fuse_counter = otp_level(OTP_COUNTER_BIT, OTP_COUNTER_BITS);
    boot->limits.fuse_capacity = OTP_COUNTER_BITS;
    boot->recovery_limits.fuse_counter =
        otp_level(OTP_RECOVERY_COUNTER_BIT, OTP_RECOVERY_COUNTER_BITS);
    boot->recovery_limits.fuse_capacity = OTP_RECOVERY_COUNTER_BITS;
}

static void trace_journal(const struct boot *boot)
{
    trace_event(TRACE_BOOT_JOURNAL, boot->journal.now.sequence,
                boot->journal.copies, 0, 0);
}

bool boot_save(struct boot *boot, const struct boot_state *next)
{
    bool saved = journal_append(&boot->journal, next) == OTA_OK;

    trace_journal(boot);
    if (saved) {
        boot->state = boot->journal.now;
    }
    return saved;
}

void boot_move(struct boot *boot, const struct boot_state *next)
{
    if (!boot_save(boot, next)) {
        boot->state = *next;
    }
}

void boot_open_journal(struct boot *boot)
{
    if (journal_open(&boot->journal, boot->flash,
                     boot->map.parts[MAP_JOURNAL])) {
        board_panic(__LINE__, BOARD_DTB_BASE);
    }
    boot->state = boot->journal.now;
    trace_event(TRACE_BOOT_START, boot->state.sequence, 0, 0, 0);
    if (boot->state.sequence) {
        trace_event(TRACE_BOOT_STATE, boot->state.slot, boot->state.state,
                    boot->state.attempts, boot->state.counter);
    }
    if (journal_is_thin(&boot->journal)) {
        /* If this fails, the one copy still holds. */
        (void)boot_save(boot, &boot->journal.now);
    }
}

void boot_take_request(struct boot *boot)
{
    const struct request *request = &boot->request;
    struct boot_state next;
    bool changed;

    if (request_latest(boot->flash, boot->map.parts[MAP_REQUESTS],
                       &boot->request)) {
        board_panic(__LINE__, BOARD_DTB_BASE);
    }
    if (!boot->state.sequence) {
        return; /* unknown without a journal which was handled */
    }
    enum ota_reason verdict =
        policy_request(&boot->state, request, &boot->limits, &next, &changed);
    if (!changed) {
        return;
    }
    if (!verdict && request->kind == OTA_REQUEST_ALIVE) {
        boot->ending.alive = true;
        boot->state = next; /* written with the attempt that follows */
        return;
    }
    if (!boot_save(boot, &next)) {
        verdict = OTA_REASON_FLASH_ERROR; /* not handled */
    }
    trace_event(TRACE_BOOT_REQUEST, request->kind, request->slot, verdict, 0);
    if (!verdict && request->kind == OTA_REQUEST_ABANDON) {
        trace_event(TRACE_BOOT_ROLLBACK, request->slot, boot->state.slot,
                    boot->state.reason, 0);
    }
    boot->confirmed_now = !verdict && request->kind == OTA_REQUEST_CONFIRM;
}
