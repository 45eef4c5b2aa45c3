/* SPDX-License-Identifier: MIT */
/*
 * Passes the turn between plugin and simulator (channel.h), with the same code
 * on both sides. The side that waits sleeps on `turn` as a futex; the side that
 * gives the turn away makes a system call only if the other sleeps. Spinning on
 * `turn` for a while before sleeping is ten times faster on an idle machine and
 * four times slower on a busy one, and hand-overs are a small part of a boot,
 * so neither side spins. Nothing can fail; safe in a signal handler.
 */
#ifndef OTALAB_SHIM_TURN_H
#define OTALAB_SHIM_TURN_H

#include <linux/futex.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "shim/channel.h"

static inline bool turn_is(struct channel *channel, enum channel_turn turn)
{
    return atomic_load(&channel->turn) == (uint32_t)turn;
}

static inline void turn_give(struct channel *channel, enum channel_turn to)
{
    atomic_store(&channel->turn, (uint32_t)to);
    if (atomic_load(&channel->asleep[to]) != 0) {
        (void)syscall(SYS_futex, &channel->turn, FUTEX_WAKE, 1, NULL, NULL, 0);
    }
}

/* Sleep until the turn may be `mine`, a signal arrives, or the time-out passes
 * (NULL = none). True if the turn is `mine`. */
static inline bool turn_sleep(struct channel *channel, enum channel_turn mine,
                              const struct timespec *timeout)
{
    uint32_t other = mine == CHANNEL_HOST ? CHANNEL_GUEST : CHANNEL_HOST;

    atomic_store(&channel->asleep[mine], 1);
    if (!turn_is(channel, mine)) {
        (void)syscall(SYS_futex, &channel->turn, FUTEX_WAIT, other, timeout,
                      NULL, 0);
    }
    atomic_store(&channel->asleep[mine], 0);
    return turn_is(channel, mine);
}

#endif
