/* SPDX-License-Identifier: MIT */
#include "base/rng.h"

static uint64_t mix(uint64_t z)
{
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

void rng_init(struct rng *rng, uint64_t seed, const char *name)
{
    uint64_t hash = 0xcbf29ce484222325u;

    for (; *name != '\0'; name++) {
        hash = (hash ^ (uint8_t)*name) * 0x100000001b3u;
    }
    rng->state = mix(seed) ^ hash;
}

uint64_t rng_next(struct rng *rng)
{
    rng->state += 0x9e3779b97f4a7c15u;
    return mix(rng->state);
}

uint64_t rng_below(struct rng *rng, uint64_t bound)
{
    uint64_t limit = UINT64_MAX - UINT64_MAX % bound;
    uint64_t draw = rng_next(rng);

    while (draw >= limit) {
        draw = rng_next(rng);
    }
    return draw % bound;
}

void rng_fill(struct rng *rng, void *data, size_t length)
{
    uint8_t *out = data;

    for (size_t i = 0; i < length; i++) {
        out[i] = (uint8_t)rng_next(rng);
    }
}
