/* SPDX-License-Identifier: MIT */
/*
 * One processor core for a run. Simulator and QEMU take turns, so only one of
 * them works at any time; on two cores each hand-over would wake the other
 * core first, which takes several times as long as the command itself. A
 * child process inherits the core. Nothing here can fail in a way that
 * matters: where the system refuses, the run is slower.
 */
#ifndef OTALAB_BASE_CORE_H
#define OTALAB_BASE_CORE_H

#include <sched.h>
#include <stdbool.h>

#define CORE_HERE (-1) /* the core that the caller runs on now */

struct core {
    cpu_set_t before; /* what was allowed, for core_release() */
    bool held;
};

/* Keep the calling thread on the core of that number among the allowed ones
 * (modulo their count, from 0), or on the current one. */
void core_hold(struct core *core, int number);
/* Allow again what was allowed before. */
void core_release(struct core *core);

#endif
