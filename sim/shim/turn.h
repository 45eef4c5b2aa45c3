/* SPDX-License-Identifier: MIT */
/*
 * Passing the turn between plugin and simulator (channel.h), the same code on
 * both sides. The one that waits looks at `turn` for a short while and then
 * sleeps on it as a futex; the one that gives makes a system call only when
 * the other sleeps. Nothing fails; safe in a signal handler.
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

/* Looks before sleeping: long enough for a short answer of the other side,
 * short against a time slice. */
#ifndef TURN_LOOKS
#define TURN_LOOKS 500u
#endif

static inline void turn_relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

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

/* Sleep until the turn may be `mine`, a signal, or the time-out (NULL =
 * none). True if it is. */
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

/* Look for a while without sleeping. */
static inline bool turn_look(struct channel *channel, enum channel_turn mine)
{
    for (unsigned i = 0; i < TURN_LOOKS; i++) {
        if (turn_is(channel, mine)) {
            return true;
        }
        turn_relax();
    }
    return false;
}

#endif
