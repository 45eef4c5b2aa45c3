/* SPDX-License-Identifier: MIT */
/*
 * What a weak battery does to its device, when power_next() is reached.
 */
#ifndef OTALAB_ENGINE_BROWNOUT_H
#define OTALAB_ENGINE_BROWNOUT_H

#include "engine/state.h"

int brownout_happen(struct device *device, uint64_t now, struct diag *diag);

#endif
