/* SPDX-License-Identifier: MIT */
/* Operations that begin and end, power cuts, resets. */
#include "device/board_parts.h"

#include <stddef.h>
#include <string.h>

/* ---- operations that begin and end ------------------------------------- */

void board_flash_began(struct request *req)
{
    struct board *board = req->board;
    struct flash_op op = board->flash.op;

    /* Check what was shown a moment ago, before the operation. */
    board->flash.op.kind = FLASH_IDLE;
    board_catch_raw_write(board, req->window, op.address, req->sink);
    board->flash.op.kind = op.kind;
    board_show_sector(board, req->window, op.address);
    TELL(req->sink, flash_begin, &op);
}

static void flash_ended(struct board *board, uint8_t *window,
                        const struct flash_op *op)
{
    if (window == NULL || board->view == BOARD_VIEW_STALE) {
        return;
    }
    if (board->view == BOARD_VIEW_GARBAGE) {
        board->view = BOARD_VIEW_TRUE;
        board_show_flash(board, window);
    } else {
        board_show_sector(board, window, op->address);
    }
}

static void end_flash(struct board *board, uint8_t *window,
                      const struct board_sink *sink)
{
    uint64_t end = board->flash.op.end_ns;
    uint32_t address = board->flash.op.address;
    struct flash_op op;

    if (window != NULL && board->view != BOARD_VIEW_STALE) {
        board_catch_raw_write(board, window, address, sink);
    }
    board->now_ns = max_u64(board->now_ns, end);
    if (flash_advance(&board->flash, end, &op)) {
        flash_ended(board, window, &op);
        TELL(sink, flash_end, &op);
    }
}

static void end_otp(struct board *board, const struct board_sink *sink)
{
    uint64_t end = board->otp.end_ns;
    uint32_t bit = board->otp.bit;

    board->now_ns = max_u64(board->now_ns, end);
    if (otp_advance(&board->otp, end)) {
        TELL(sink, otp_end, bit);
    }
}

/* In order of time; if two end at the same time, flash comes first. */
void board_advance(struct board *board, uint8_t *window, uint64_t now,
                   const struct board_sink *sink)
{
    for (;;) {
        uint64_t flash =
            flash_busy(&board->flash) ? board->flash.op.end_ns : BOARD_FOREVER;
        uint64_t otp = board->otp.busy ? board->otp.end_ns : BOARD_FOREVER;
        uint64_t next = min_u64(flash, otp);
        if (next > now || next == BOARD_FOREVER) {
            break;
        }
        if (flash <= otp) {
            end_flash(board, window, sink);
        } else {
            end_otp(board, sink);
        }
    }
    board->now_ns = max_u64(board->now_ns, now);
}

/* ---- resets ------------------------------------------------------------ */

/* Equal states have equal members: nothing of a sleep remains. */
void board_end_sleep(struct board *board)
{
    board->asleep = false;
    board->deaf = false;
    board->sleep_ns = 0;
    board->slept_ns = 0;
}

static void forget_session(struct board *board)
{
    board->deadline_ns = BOARD_FOREVER;
    board->deadline_set = false;
    board->reset_announced = false;
    board->halted = false;
    board_end_sleep(board);
}

void board_assert_reset(struct board *board, enum ctl_reset_cause cause,
                        enum board_sram sram)
{
    forget_session(board);
    board->reset_asserted = true;
    board->cpu_reset = false;
    board->cause = (uint8_t)cause;
    board->sram = (uint8_t)sram;
}

void board_streams(struct board *board, uint64_t seed)
{
    flash_stream(&board->flash, seed);
    otp_stream(&board->otp, seed);
    rng_init(&board->noise, seed, "noise");
    rng_init(&board->scramble, seed, "scramble");
}

void board_hold(struct board *board, uint64_t until)
{
    board_start_epoch(board, max_u64(board->now_ns, until));
}

int board_init(struct board *board, const struct board_figures *figures,
               uint64_t seed)
{
    if (figures->watchdog_ms == 0 || figures->otp_burn_ns == 0) {
        return -1;
    }
    memset(board, 0, sizeof(*board));
    if (flash_init(&board->flash, &figures->flash, seed) != 0 ||
        radio_init(&board->radio, &figures->radio) != 0 ||
        accelerator_init(&board->accelerator, &figures->accelerator) != 0) {
        return -1;
    }
    board->figures = *figures;
    otp_init(&board->otp, figures->otp_burn_ns, seed);
    board_streams(board, seed);
    board->battery_mv = figures->battery_mv;
    board->left_mj = UINT32_MAX;
    board->view = BOARD_VIEW_STALE;
    board_assert_reset(board, CTL_CAUSE_POWER_ON, BOARD_SRAM_SCRAMBLED);
    return 0;
}

static void tear_flash(struct board *board, const struct board_cut *cut,
                       struct board_cut_report *report)
{
    struct flash *flash = &board->flash;

    report->flash_busy = flash_busy(flash);
    report->flash_kind = (enum flash_op_kind)flash->op.kind;
    report->address = flash->op.address;
    report->length = flash->op.length;
    report->done = flash_done(flash, board->now_ns);
    report->flash_form =
        cut->flash_draw != 0
            ? flash_tear_drawn(flash, board->now_ns, cut->flash_form,
                               cut->flash_reach, cut->flash_draw)
            : flash_tear(flash, board->now_ns, cut->flash_form,
                         cut->flash_reach);
}

static void tear_otp(struct board *board, enum otp_form form,
                     struct board_cut_report *report)
{
    report->otp_busy = board->otp.busy;
    report->bit = board->otp.bit;
    report->otp_form = otp_power_cut(&board->otp, board->now_ns, form);
}

void board_power_cut(struct board *board, const struct board_cut *cut,
                     struct board_cut_report *report)
{
    memset(report, 0, sizeof(*report));
    board_advance(board, NULL, cut->now_ns, NULL);
    tear_flash(board, cut, report);
    readings_flash(&board->flash, cut->reading);
    tear_otp(board, cut->otp_form, report);
    radio_reset(&board->radio, true);
    accelerator_reset(&board->accelerator);
    board->view = BOARD_VIEW_STALE;
    board_assert_reset(board, cut->cause, cut->sram);
    board_start_epoch(board, board_add_time(board->now_ns, cut->off_ns));
    otp_power_on(&board->otp);
}

void board_warm_reset(struct board *board, uint64_t now,
                      enum ctl_reset_cause cause)
{
    flash_warm_reset(&board->flash);
    otp_warm_reset(&board->otp);
    radio_reset(&board->radio, false);
    accelerator_reset(&board->accelerator);
    /* A second reset before the boot must not hide that power was lost. */
    if (!board->reset_asserted) {
        board_assert_reset(board, cause, BOARD_SRAM_KEPT);
    }
    board->now_ns = max_u64(board->now_ns, now);
}

bool board_reset_seen(const struct board *board, uint64_t *at_ns,
                      enum ctl_reset_cause *cause)
{
    uint64_t at = board->now_ns;

    *cause = board->reset_announced ? (enum ctl_reset_cause)board->cause
                                    : CTL_CAUSE_WATCHDOG;
    if (!board->reset_announced) {
        at = board_add_time(at, board_watchdog_ns(board));
    }
    *at_ns = max_u64(at, board_least_ns(board));
    if (*at_ns >= board->deadline_ns) {
        *at_ns = board->deadline_ns;
        *cause = CTL_CAUSE_DEADLINE;
    }
    return board->cpu_reset && !board->reset_asserted;
}

/* The board carries out a reset that it did not cause. */
void board_follow_reset(struct request *req)
{
    struct board *board = req->board;
    enum ctl_reset_cause cause;
    uint64_t at;

    if (board_reset_seen(board, &at, &cause)) {
        board_advance(board, req->window, at, req->sink);
        board_warm_reset(board, at, cause);
        board->cpu_reset = true;
    }
}
