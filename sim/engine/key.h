/* SPDX-License-Identifier: MIT */
/*
 * What a world in reset can still become, for whoever prunes: two histories
 * that have come to the same situation have the same key, though their worlds
 * are not equal. All times count from now.
 *
 * In the key: contents and taint of flash and fuses, what is in flight, the
 * cause of the coming boot, strikes, links and what is under way, the battery
 * in percent, the server's offers and faults, steps and expectations so far,
 * what the oracle remembers, whether the run has failed. Not in it: chance
 * (streams of random numbers), wear, energy below a percent, counts that are
 * only shown, and how long it still is to limits and to an expectation's
 * `within`: near those, equal keys prove nothing.
 */
#ifndef OTALAB_ENGINE_KEY_H
#define OTALAB_ENGINE_KEY_H

#include <stdint.h>

#include "engine/world.h"

/* The scenario says when its timed steps come. */
void world_key(const struct world *world, const struct scenario *scenario,
               uint8_t key[32]);

#endif
