/* SPDX-License-Identifier: MIT */
/*
 * Turns what boards and oracles report into events and facts of the world.
 */
#ifndef OTALAB_ENGINE_SINKS_H
#define OTALAB_ENGINE_SINKS_H

#include "engine/state.h"

void sinks_init(struct run *run);

#endif
