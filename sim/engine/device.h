/* SPDX-License-Identifier: MIT */
/*
 * One device and its machine. The CPU stands still whenever this code runs: it
 * waits at a command, sleeps, or can be helped only from outside.
 */
#ifndef OTALAB_ENGINE_DEVICE_H
#define OTALAB_ENGINE_DEVICE_H

#include "engine/state.h"

/* A device that plans to sleep this long has nothing else to do. */
#define DEVICE_IDLE_NS 500000000u

/* Offset of the SRAM in a window. */
#define DEVICE_SRAM (BOARD_SRAM_BASE - BOARD_WINDOW_BASE)

struct oracle_view device_view(struct device *device);
int device_start(struct device *device, struct diag *diag);
/* Let it run until it waits for something from the world. */
int device_run(struct device *device, struct diag *diag);
/* The two halves of that: how long it may run now, and what the machine's event
 * means. */
void device_grant_time(struct device *device);
int device_stand(struct device *device, enum machine_event event,
                 struct diag *diag);
/* Power was cut or reset asserted, whatever the device was doing. */
int device_struck(struct device *device, struct diag *diag);
/* Advance board time to `now`. */
void device_advance(struct device *device, uint64_t now);
/* Let the oracle and the expectations check. */
void device_look(struct device *device);
/* Executed time since the boot, as counted by the shim, in ns. */
uint64_t device_executed_ns(const struct device *device);
void device_check_window(struct device *device);
/* Start its CPU again, in reset. */
int device_restart(struct device *device, struct diag *diag);
/* SYS_BOOT was served: the shim's counts are relative to this point. */
void device_take_counts(struct device *device);
/* Whether reset is asserted and the CPU has not run since. */
bool device_in_reset(const struct device *device);
/* The world was replaced by one in which the device is in reset. Bring the
 * machine into reset, too: in place if its CPU waits at a command (`stands`)
 * and nothing was stored to its ROM, otherwise in a new process. `sram`: the
 * SRAM's contents, BOARD_SRAM_SIZE bytes; NULL if they do not matter. */
int device_return(struct device *device, bool stands, const uint8_t *sram,
                  struct diag *diag);
/* Whether it is idle, or has given up permanently. */
bool device_settled(const struct device *device);

#endif
