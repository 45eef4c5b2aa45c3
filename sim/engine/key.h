/* SPDX-License-Identifier: MIT */
/*
 * What a world in reset can still become, for pruning a search: two histories
 * that have reached the same situation have the same key, though their worlds
 * are not equal. All times count from now.
 *
 * In the key: contents and taint of flash and fuses, what was torn last, as it
 * may read differently after another cut, what is in flight, the
 * cause of the next boot, strikes, links with what occupies them and packets
 * under way, the battery in percent, the server's offers, faults and unfinished
 * report, steps and expectations so far, what at_end asks for, what the oracle
 * remembers, whether the run has failed. With a network, also the time of day:
 * the agent keeps such times in flash.
 *
 * Not in the key, on purpose:
 *   random numbers      no two histories would ever meet
 *   answers that the    a device draws its message ids anew after each reset,
 *   server can repeat   so it does not ask for them
 *   wear, energy below  they make an erase or a battery last a little longer or
 *   a percent           shorter
 *   what ends with the  locks, entered image, deadline, CPU time: the next boot
 *   boot before         begins without them
 *   counts and texts    of events, turns, reports: they decide nothing, unless
 *   for the report      at_end asks for them
 *   time left to limits close to one of them, equal keys prove nothing; the
 *   and `within`        same holds for limits.resets
 */
#ifndef OTALAB_ENGINE_KEY_H
#define OTALAB_ENGINE_KEY_H

#include <stdint.h>

#include "engine/world.h"

/* The scenario says when its timed steps happen. */
void world_key(const struct world *world, const struct scenario *scenario,
               uint8_t key[32]);

#endif
