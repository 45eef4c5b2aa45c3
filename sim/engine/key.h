/* SPDX-License-Identifier: MIT */
/*
 * What a world in reset can still become, for pruning a search: two histories
 * that have reached the same situation have the same key, though their worlds
 * are not equal. All times count from now.
 *
 * In the key: contents and taint of flash and fuses, what is in flight, the
 * cause of the next boot, strikes, links and packets under way, the battery in
 * percent, the server's offers and faults, steps and expectations so far, what
 * the oracle remembers, whether the run has failed. Not in it: chance (streams
 * of random numbers), wear, energy below a percent, counts that are only
 * reported, and the time left to limits and to an expectation's `within`: close
 * to those, equal keys prove nothing.
 */
#ifndef OTALAB_ENGINE_KEY_H
#define OTALAB_ENGINE_KEY_H

#include <stdint.h>

#include "engine/world.h"

/* The scenario says when its timed steps happen. */
void world_key(const struct world *world, const struct scenario *scenario,
               uint8_t key[32]);

#endif
