/* SPDX-License-Identifier: MIT */
#include "estimate/binomial.h"

#define BITS 64u

/* How many of n random bits are 1. */
static uint64_t ones_of(struct rng *rng, uint64_t n)
{
    uint64_t ones = 0;

    for (; n >= BITS; n -= BITS) {
        ones += (unsigned)__builtin_popcountll(rng_next(rng));
    }
    if (n > 0) {
        ones += (unsigned)__builtin_popcountll(rng_next(rng) >> (BITS - n));
    }
    return ones;
}

uint64_t binomial(struct rng *rng, uint64_t n, uint64_t part, uint64_t whole)
{
    uint64_t hit = 0;

    if (part >= whole) {
        return n;
    }
    while (n > 0 && part > 0) {
        uint64_t ones = ones_of(rng, n);

        part *= 2u;
        if (part >= whole) { /* the chance's next bit is 1 */
            part -= whole;
            hit += n - ones;
            n = ones;
        } else {
            n -= ones;
        }
    }
    return hit;
}
