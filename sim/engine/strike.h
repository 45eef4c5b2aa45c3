/* SPDX-License-Identifier: MIT */
/*
 * Power cuts and resets from outside: a time at which one hits a device,
 * possibly during the operation in flight.
 */
#ifndef OTALAB_ENGINE_STRIKE_H
#define OTALAB_ENGINE_STRIKE_H

#include "engine/state.h"

int strike_arm(struct device *device, uint32_t step,
               const struct action *action, struct diag *diag);
uint64_t strike_next(const struct device *device);
int strike_happen(struct device *device, uint64_t now, struct diag *diag);
/* Power fails now, as `cut` says (its now_ns is set here); `meant`: because the
 * scenario says so. */
int strike_power(struct device *device, uint64_t now, struct board_cut *cut,
                 bool meant, struct board_cut_report *torn, struct diag *diag);

/* The same now, counted like a step's. */
int strike_crash(struct device *device, struct board_cut *cut,
                 struct board_cut_report *torn, struct diag *diag);
/* A reset from outside, now. */
int strike_pin(struct device *device, struct diag *diag);

#endif
