/* SPDX-License-Identifier: MIT */
/*
 * A machine without QEMU, linked in place of sim/machine: its guest goes
 * through a list of commands after each reset, a command every 100
 * instructions, and then sleeps for ever. So the engine is tested alone, in
 * microseconds.
 */
#ifndef OTALAB_TESTS_FAKE_MACHINE_H
#define OTALAB_TESTS_FAKE_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

#include "machine/machine.h"

/* SYS_BOOT comes by itself. Of SYS_SLEEP, arg[0] is a duration in ms. */
struct fake_op {
    uint32_t command; /* 0: sleep for ever, out of sight */
    uint32_t arg[3];
};

/* What every guest does after each reset; it ends with a command of 0. */
void fake_guest(const struct fake_op *ops);
/* Commands that were rung so far, SYS_BOOT included. */
unsigned fake_rings(void);

#endif
