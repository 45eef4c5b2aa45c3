/* SPDX-License-Identifier: MIT */
/*
 * What a weak battery does to its device, at power_next().
 */
#ifndef OTALAB_ENGINE_BROWNOUT_H
#define OTALAB_ENGINE_BROWNOUT_H

#include "engine/state.h"

int brownout_happen(struct device *device, uint64_t now, struct diag *diag);

#endif
