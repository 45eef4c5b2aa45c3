/* SPDX-License-Identifier: MIT */
/*
 * How many of n devices are hit if each is hit with the same chance: exact, in
 * integers, and drawn from a named stream, so that a seed gives the same number
 * everywhere.
 *
 * Each device has a random fraction of which only as many bits are drawn as its
 * comparison with the chance needs. All devices get one bit at a time, 64 of
 * them with one draw; a device whose bit differs from the chance's is decided.
 * About n / 32 draws in all.
 */
#ifndef OTALAB_ESTIMATE_BINOMIAL_H
#define OTALAB_ESTIMATE_BINOMIAL_H

#include <stdint.h>

#include "base/rng.h"

/* The chance is part / whole, with part <= whole < 2^63 and whole > 0. */
uint64_t binomial(struct rng *rng, uint64_t n, uint64_t part, uint64_t whole);

#endif
