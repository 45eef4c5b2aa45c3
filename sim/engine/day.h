/* SPDX-License-Identifier: MIT */
/*
 * The days of a run with pauses (see pause.h): each boot begins on a day of its
 * own, and what a scenario bounds in time is counted from there.
 */
#ifndef OTALAB_ENGINE_DAY_H
#define OTALAB_ENGINE_DAY_H

#include "engine/world.h"

#define DAY_NS 86400000000000u

/* `span_ns` after the end of the last pause, or after the start. */
uint64_t day_deadline(const struct world *world, uint64_t span_ns);

#endif
