/* SPDX-License-Identifier: MIT */
/*
 * A machine without QEMU, linked in place of sim/machine: after each reset its
 * guest gives a list of commands, one every 100 instructions, and then sleeps
 * for ever. So the engine is tested alone, in microseconds.
 */
#ifndef OTALAB_TESTS_FAKE_MACHINE_H
#define OTALAB_TESTS_FAKE_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

#include "machine/machine.h"

/* SYS_BOOT is implied. For SYS_SLEEP, arg[0] is a duration in ms. */
struct fake_op {
    uint32_t command; /* 0: sleep for ever, unannounced */
    uint32_t arg[3];
};

/* What every guest does after each reset; it ends with a command of 0. */
void fake_guest(const struct fake_op *ops);
/* Commands rung so far, including SYS_BOOT. */
unsigned fake_rings(void);

#endif
