/* SPDX-License-Identifier: MIT */
/*
 * Named random streams. A stream is a value (copying it forks it). Streams with
 * different names are independent, so an extra draw in one model changes
 * nothing in another. SplitMix64 (Steele, Lea, Flood 2014) seeded from seed and
 * FNV-1a of the name.
 */
#ifndef OTALAB_BASE_RNG_H
#define OTALAB_BASE_RNG_H

#include <stddef.h>
#include <stdint.h>

struct rng {
    uint64_t state;
};

void rng_init(struct rng *rng, uint64_t seed, const char *name);
uint64_t rng_next(struct rng *rng);
/* Uniform in [0, bound), bound > 0. */
uint64_t rng_below(struct rng *rng, uint64_t bound);
void rng_fill(struct rng *rng, void *data, size_t length);

#endif
