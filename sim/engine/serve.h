/* SPDX-License-Identifier: MIT */
/*
 * A device continues: its command is carried out, or its sleep or silence ends.
 */
#ifndef OTALAB_ENGINE_SERVE_H
#define OTALAB_ENGINE_SERVE_H

#include "engine/state.h"

/* When it continues by itself; BOARD_FOREVER: never. */
uint64_t serve_next(const struct device *device);
/* Serve what it waits for. */
int serve_device(struct device *device, uint64_t now, struct diag *diag);

#endif
