/* SPDX-License-Identifier: MIT */
/*
 * A device goes on: its command is carried out, its sleep or silence ends.
 */
#ifndef OTALAB_ENGINE_SERVE_H
#define OTALAB_ENGINE_SERVE_H

#include "engine/state.h"

/* When it goes on by itself; BOARD_FOREVER: not so. */
uint64_t serve_next(const struct device *device);
/* Serve what it stands for. */
int serve_device(struct device *device, uint64_t now, struct diag *diag);

#endif
