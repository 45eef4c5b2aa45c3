/* SPDX-License-Identifier: MIT */
/* A command from the ring to the answer. */
#include "device/board_parts.h"

#include <stddef.h>
#include <string.h>

static bool time_possible(const struct board *board, uint64_t guest_ns)
{
    uint64_t most = board_add_time(board_add_time(board->horizon_ns,
                                                  board_spent_since(board)),
                                   BOARD_TIME_SLACK_NS);

    return guest_ns >= board_least_ns(board) && guest_ns <= most &&
           guest_ns != BOARD_FOREVER;
}

uint64_t board_command_ns(const struct board *board,
                          const struct ctl_page *page)
{
    uint64_t guest_ns = board_guest_ns(board, page);

    return min_u64(time_possible(board, guest_ns) ? guest_ns
                                                  : board_least_ns(board),
                   board->deadline_ns);
}

static enum ctl_status assert_now(struct request *req,
                                  enum ctl_reset_cause cause)
{
    board_warm_reset(req->board, req->board->now_ns, cause);
    return CTL_RESET_ASSERTED;
}

/* Whether commands have come too fast. Each takes a share of the time that
 * passes. */
static bool storms(struct board *board)
{
    board->commands_ns =
        board_add_time(max_u64(board->commands_ns, board->now_ns),
                       BOARD_COMMAND_NS);
    return board->commands_ns - board->now_ns > BOARD_BURST_NS;
}

static enum ctl_status serve(struct request *req, bool possible)
{
    struct board *board = req->board;
    board_handler *handler = board_find_handler(req->command);

    handler =
        handler != NULL ? handler : board_find_crypto(board, req->command);
    if (req->command == CTL_SYS_BOOT) {
        board->reset_announced = false;
        return CTL_E_COMMAND;
    }
    if (!possible) {
        return CTL_E_TIME;
    }
    board->reset_announced = false;
    return handler != NULL ? handler(req) : CTL_E_COMMAND;
}

static enum ctl_status carry_out(struct request *req)
{
    struct board *board = req->board;
    bool possible;

    board_follow_reset(req);
    if (board->cpu_reset && req->command == CTL_SYS_BOOT) {
        return board_boot(req);
    }
    if (board->reset_asserted) {
        return CTL_RESET_ASSERTED;
    }
    possible = time_possible(board, board_guest_ns(board, req->page));
    board_advance(board, req->window, board_command_ns(board, req->page),
                  req->sink);
    if (board->now_ns >= board->deadline_ns) {
        return assert_now(req, CTL_CAUSE_DEADLINE);
    }
    if (storms(board)) {
        TELL_BARE(req->sink, storm);
        return assert_now(req, CTL_CAUSE_WATCHDOG);
    }
    return serve(req, possible);
}

static uint32_t flags_of(const struct board *board)
{
    uint32_t flags = 0;

    flags |= board->console_count > 0 ? CTL_F_CONSOLE_IN : 0u;
    flags |= board_power_low(board) ? CTL_F_POWER_WARN : 0u;
    flags |= flash_busy(&board->flash) ? CTL_F_FLASH_BUSY : 0u;
    flags |= board->radio.waiting > 0 ? CTL_F_RADIO : 0u;
    return flags;
}

static bool is_refusal(enum ctl_status status)
{
    return status != CTL_OK && status != CTL_E_EMPTY &&
           status != CTL_RESET_ASSERTED;
}

void board_command(struct board *board, struct ctl_page *page, uint8_t *window,
                   const struct board_sink *sink)
{
    struct request req = {
        .board = board,
        .page = page,
        .window = window,
        .sink = sink,
        .command = page->command,
    };

    memcpy(req.arg, page->arg, sizeof(req.arg));
    memset(page->result, 0, sizeof(page->result));
    board_end_sleep(board); /* whoever rings the bell is awake */
    enum ctl_status status = carry_out(&req);
    if (is_refusal(status) && !req.told) {
        TELL(sink, refused, req.command, status);
    }
    page->id = CTL_ID_VALUE;
    page->revision = 1;
    page->status = (uint32_t)status;
    page->flags = flags_of(board);
}

void board_wake(struct board *board, struct ctl_page *page, uint64_t now)
{
    uint64_t until = max_u64(min_u64(now, board->sleep_ns), board->now_ns);

    if (!board->asleep || until == BOARD_FOREVER) {
        return;
    }
    board_end_sleep(board);
    page->status = CTL_OK;
    page->flags = flags_of(board);
    board_put_u64(page, 0, board_cycles_of_ns(board, until));
    board_drop_anchor(board, until);
    if (until >= board->deadline_ns) {
        board_warm_reset(board, until, CTL_CAUSE_DEADLINE);
        page->status = CTL_RESET_ASSERTED;
    }
}

bool board_has_news(const struct board *board)
{
    return board->console_count > 0 || board->radio.waiting > 0;
}
