/* SPDX-License-Identifier: MIT */
/*
 * Who is told about a run's events, and in which order.
 */
#ifndef OTALAB_ENGINE_LISTENERS_H
#define OTALAB_ENGINE_LISTENERS_H

#include "engine/state.h"

void listeners_join(struct run *run);

#endif
