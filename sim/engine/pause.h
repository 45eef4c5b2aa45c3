/* SPDX-License-Identifier: MIT */
/*
 * Boots in a canonical state. After the action `pauses`, a device whose
 * power was cut, or that has announced a reset, boots only when the next full
 * day of virtual time begins. By then everything that was under way has arrived
 * or got lost. The battery is as full as at the start, and every random stream
 * begins anew. What such a boot can become depends on flash, fuses and what the
 * world remembers, not on how long things took before: equal states have equal
 * futures (engine/key.h), which is what sweeps rest on.
 *
 * After a reset from outside, which keeps the SRAM, it boots at once: an
 * operation of the flash may still be in flight.
 *
 * Limits and `within` count from the end of the last pause, resets from the
 * last cut. Only for one device: others would have to live through the day.
 */
#ifndef OTALAB_ENGINE_PAUSE_H
#define OTALAB_ENGINE_PAUSE_H

#include "engine/state.h"

/* After a turn: if the device is in reset now, or has announced a reset, let
 * the rest of the day pass. Does nothing in a run without pauses. */
int pause_take(struct run *run, struct diag *diag);

#endif
