/* SPDX-License-Identifier: MIT */
/* Named random streams: the same for ever, and independent of each other. */
#include "base/rng.h"

#include <criterion/criterion.h>
#include <string.h>

/* SplitMix64 of a state by its published definition. */
static uint64_t reference(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

Test(rng, is_splitmix64)
{
    struct rng rng = {.state = 1234567};
    uint64_t state = 1234567;

    /* the first numbers of seed 1234567, as published with the generator */
    cr_expect_eq(rng_next(&rng), 6457827717110365317u);
    cr_expect_eq(rng_next(&rng), 3203168211198807973u);
    cr_expect_eq(rng_next(&rng), 9817491932198370423u);
    rng.state = state;
    for (unsigned i = 0; i < 1000; i++) {
        cr_assert_eq(rng_next(&rng), reference(&state));
    }
}

/* A change here changes every recording and every token. */
Test(rng, streams_stay_what_they_are)
{
    struct rng rng;

    rng_init(&rng, 1, "flash");
    cr_expect_eq(rng_next(&rng), UINT64_C(0xc08d25992cfd8a7c));
}

Test(rng, another_seed_or_name_is_another_stream)
{
    static const char *const names[] = {"flash", "otp", "flasg", "", "f"};
    uint64_t first[5 * 4];
    unsigned count = 0;

    for (unsigned n = 0; n < 5; n++) {
        for (uint64_t seed = 0; seed < 4; seed++) {
            struct rng rng;

            rng_init(&rng, seed, names[n]);
            first[count++] = rng_next(&rng);
        }
    }
    for (unsigned i = 0; i < count; i++) {
        for (unsigned k = i + 1; k < count; k++) {
            cr_expect_neq(first[i], first[k], "%u and %u", i, k);
        }
    }
}

/* Draws in one model move nothing in another. */
Test(rng, streams_are_independent)
{
    struct rng flash;
    struct rng otp;
    uint64_t alone[8];

    rng_init(&flash, 7, "flash");
    for (unsigned i = 0; i < 8; i++) {
        alone[i] = rng_next(&flash);
    }
    rng_init(&flash, 7, "flash");
    rng_init(&otp, 7, "otp");
    for (unsigned i = 0; i < 8; i++) {
        for (unsigned k = 0; k < i; k++) {
            (void)rng_next(&otp);
        }
        cr_expect_eq(rng_next(&flash), alone[i]);
    }
}

Test(rng, a_copy_is_a_fork)
{
    struct rng rng;

    rng_init(&rng, 3, "x");
    (void)rng_next(&rng);
    struct rng fork = rng;
    uint64_t next = rng_next(&rng);
    (void)rng_next(&rng);
    cr_expect_eq(rng_next(&fork), next);
}

Test(rng, below_stays_below_and_reaches_all)
{
    static const uint64_t bounds[] = {1, 2, 3, 7, 256, 1000};
    struct rng rng;

    rng_init(&rng, 5, "below");
    for (size_t b = 0; b < sizeof bounds / sizeof bounds[0]; b++) {
        unsigned seen[1000] = {0};

        for (unsigned i = 0; i < 20000; i++) {
            uint64_t draw = rng_below(&rng, bounds[b]);

            cr_assert_lt(draw, bounds[b]);
            seen[draw]++;
        }
        for (uint64_t i = 0; i < bounds[b]; i++) {
            cr_expect_gt(seen[i], 0, "%lu of %lu", (unsigned long)i,
                         (unsigned long)bounds[b]);
        }
    }
    cr_expect_lt(rng_below(&rng, UINT64_MAX), UINT64_MAX);
}

Test(rng, fill_writes_so_much_and_no_more)
{
    uint8_t bytes[64];
    uint8_t again[64];
    struct rng rng;

    memset(bytes, 0xEE, sizeof bytes);
    rng_init(&rng, 9, "fill");
    rng_fill(&rng, bytes, 40);
    for (unsigned i = 40; i < 64; i++) {
        cr_expect_eq(bytes[i], 0xEE);
    }
    rng_init(&rng, 9, "fill");
    rng_fill(&rng, again, 17);
    rng_fill(&rng, again + 17, 23);
    cr_expect_arr_eq(bytes, again, 40);
}
