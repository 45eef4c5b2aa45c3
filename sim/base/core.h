/* SPDX-License-Identifier: MIT */
/*
 * Binds a run to one processor core. Simulator and QEMU take turns, so only one
 * of them works at any time; on two cores, each hand-over would first have to
 * wake the other core, which takes several times as long as the command itself.
 * A child process inherits the core. No failure here matters: if the system
 * refuses, the run is only slower.
 */
#ifndef OTALAB_BASE_CORE_H
#define OTALAB_BASE_CORE_H

#include <sched.h>
#include <stdbool.h>

#define CORE_HERE (-1) /* the core on which the caller runs now */

struct core {
    cpu_set_t before; /* the cores allowed before, for core_release() */
    bool held;
};

/* Bind the calling thread to the allowed core with that number (from 0, modulo
 * their count), or to the current one. */
void core_hold(struct core *core, int number);
/* Allow the previous cores again. */
void core_release(struct core *core);

#endif
