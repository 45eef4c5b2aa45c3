/* SPDX-License-Identifier: MIT */
/* The time of the board: what the guest claims, and what the board counts
 * itself. */
#include "device/board_parts.h"

#include <stddef.h>
#include <string.h>

uint64_t board_ns_of_cycles(const struct board *board, uint64_t cycles)
{
    if (cycles > (BOARD_FOREVER - board->epoch_ns) / BOARD_NS_PER_CYCLE) {
        return BOARD_FOREVER;
    }
    return board->epoch_ns + cycles * BOARD_NS_PER_CYCLE;
}

/* Rounded up: when the guest's clock shows the time, it has come. */
uint64_t board_cycles_of_ns(const struct board *board, uint64_t ns)
{
    if (ns == BOARD_FOREVER) {
        return CYCLES_FOREVER;
    }
    uint64_t since = ns - board->epoch_ns;
    return since / BOARD_NS_PER_CYCLE + (since % BOARD_NS_PER_CYCLE != 0);
}

uint64_t board_watchdog_ns(const struct board *board)
{
    return 2u * (uint64_t)board->figures.watchdog_ms * NS_PER_MS;
}

/* The guest may wait from now to `until`. Overlapping times count once. */
void board_grant(struct board *board, uint64_t until)
{
    uint64_t from = max_u64(board->now_ns, board->granted_ns);

    if (until > from) {
        board->horizon_ns = board_add_time(board->horizon_ns, until - from);
        board->granted_ns = until;
    }
}

/* The board knows the time without the guest now. The guest may still wait for
 * busy times announced beyond it. */
void board_drop_anchor(struct board *board, uint64_t now)
{
    board->anchor_ns = now;
    board->anchor_spent_ns = board->spent_ns;
    board->horizon_ns = max_u64(now, board->granted_ns);
}

void board_start_epoch(struct board *board, uint64_t epoch)
{
    board->epoch_ns = epoch;
    board->now_ns = epoch;
    board->granted_ns = epoch;
    board->spent_ns = 0;
    board->commands_ns = epoch;
    board_drop_anchor(board, epoch);
}

static uint64_t less(uint64_t a, uint64_t b)
{
    return a > b ? a - b : 0;
}

static uint64_t waited_ns(uint64_t waits)
{
    return waits > BOARD_FOREVER / BOARD_WAIT_NS ? BOARD_FOREVER
                                                 : waits * BOARD_WAIT_NS;
}

void board_see_cpu(struct board *board, const struct board_cpu *cpu)
{
    board->cpu_reset |= cpu->reset;
    board->spent_ns =
        max_u64(board->spent_ns,
                board_add_time(cpu->executed_ns, waited_ns(cpu->waits)));
}

/* CPU time since the board last knew the time. */
uint64_t board_spent_since(const struct board *board)
{
    return less(board->spent_ns, board->anchor_spent_ns);
}

uint64_t board_least_ns(const struct board *board)
{
    uint64_t own =
        board_add_time(board->anchor_ns,
                       less(board_spent_since(board), BOARD_TIME_SLACK_NS));

    return max_u64(board->now_ns, own);
}

uint64_t board_guest_ns(const struct board *board, const struct ctl_page *page)
{
    return board_ns_of_cycles(board,
                              (uint64_t)page->time_hi << 32 | page->time_lo);
}
