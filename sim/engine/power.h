/* SPDX-License-Identifier: MIT */
/*
 * A device's battery and what drains it; nothing without one.
 */
#ifndef OTALAB_ENGINE_POWER_H
#define OTALAB_ENGINE_POWER_H

#include "engine/state.h"

int power_init(struct device *device, struct diag *diag);
/* Time goes on to `now` with the loads as they were, then they change. */
void power_update(struct device *device, uint64_t now);
uint64_t power_next(const struct device *device);
void power_charge(struct device *device, uint64_t now, uint32_t ppm);
/* Can it not start a CPU? */
bool power_too_weak(const struct battery *battery);

#endif
