/* SPDX-License-Identifier: MIT */
/*
 * A device's battery and what drains it, and what the network charges for.
 * Without a battery, the energy is accounted for and nothing else happens.
 */
#ifndef OTALAB_ENGINE_POWER_H
#define OTALAB_ENGINE_POWER_H

#include "engine/state.h"
#include "outside/account.h"

int power_init(struct device *device, struct diag *diag);
/* Advance to `now` with the old loads, then change them. */
void power_update(struct device *device, uint64_t now);
/* What the energy was used for, up to `now`. */
void power_account(const struct device *device, uint64_t now,
                   struct account *account);
uint64_t power_next(const struct device *device);
void power_charge(struct device *device, uint64_t now, uint32_t ppm);
/* Whether it cannot start a CPU. */
bool power_too_weak(const struct battery *battery);

#endif
