/* SPDX-License-Identifier: MIT */
/*
 * One device and its machine. The CPU stands still whenever this code runs: for
 * a command, in a sleep, or because only something from outside can help it.
 */
#ifndef OTALAB_ENGINE_DEVICE_H
#define OTALAB_ENGINE_DEVICE_H

#include "engine/state.h"

/* A device that means to sleep so long has nothing else to do. */
#define DEVICE_IDLE_NS 500000000u

/* Where the SRAM lies in a window. */
#define DEVICE_SRAM (BOARD_SRAM_BASE - BOARD_WINDOW_BASE)

struct oracle_view device_view(struct device *device);
int device_start(struct device *device, struct diag *diag);
/* Let it run until it stands still for something of the world. */
int device_run(struct device *device, struct diag *diag);
/* Power was cut or reset asserted, wherever it stood. */
int device_struck(struct device *device, struct diag *diag);
/* Board time goes on to `now`. */
void device_advance(struct device *device, uint64_t now);
/* The oracle and the expectations look. */
void device_look(struct device *device);
/* Executed time since the boot, as the shim counts. */
uint64_t device_executed_ns(const struct device *device);
void device_check_window(struct device *device);
/* Begin its CPU anew, in reset. */
int device_restart(struct device *device, struct diag *diag);
/* SYS_BOOT was served: what the shim counts is counted from here. */
void device_take_counts(struct device *device);
/* Reset is asserted, and the CPU has not run since. */
bool device_in_reset(const struct device *device);
/* The world is another one, in which the device is in reset: so is its machine,
 * in place if its CPU `stands` at a command, else begun anew. `sram`: what the
 * SRAM held, BOARD_SRAM_SIZE bytes; NULL if that is of no account. */
int device_return(struct device *device, bool stands, const uint8_t *sram,
                  struct diag *diag);
/* It is idle, or has given up for good. */
bool device_settled(const struct device *device);

#endif
