/* SPDX-License-Identifier: MIT */
/* Actions that spoil a device's flash, or the next operation on it. */
#ifndef OTALAB_ENGINE_SPOIL_H
#define OTALAB_ENGINE_SPOIL_H

#include "engine/state.h"

/* 0, or OTALAB_ERR_USAGE if the action does not fit this flash. */
int spoil(struct device *device, const struct action *action,
          struct diag *diag);

#endif
