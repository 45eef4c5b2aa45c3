/* SPDX-License-Identifier: MIT */
/* Bytes kept in slices are the bytes that they were. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "base/slices.h"

#define SIZE 5000u /* not a multiple of a slice */
#define COPIES 40u

struct copy {
    uint8_t bytes[SIZE];
    struct slices saved;
};

static void change(uint8_t *bytes, struct rng *rng)
{
    unsigned changes = (unsigned)rng_below(rng, 4);

    for (unsigned i = 0; i < changes; i++) {
        bytes[rng_below(rng, SIZE)] = (uint8_t)rng_next(rng);
    }
}

Test(slices, any_copy_comes_back)
{
    static struct copy copy[COPIES];
    static uint8_t bytes[SIZE];
    struct slices held = {0, NULL};
    struct rng rng;

    rng_init(&rng, 1, "slices");
    for (unsigned i = 0; i < COPIES; i++) {
        change(bytes, &rng);
        memcpy(copy[i].bytes, bytes, SIZE);
        cr_assert_eq(slices_save(bytes, SIZE, &held, &copy[i].saved), 0);
    }
    for (unsigned i = 0; i < 10 * COPIES; i++) {
        const struct copy *one = &copy[rng_below(&rng, COPIES)];

        change(bytes, &rng);
        cr_assert_eq(slices_restore(bytes, &held, &one->saved), 0);
        cr_assert_arr_eq(bytes, one->bytes, SIZE);
    }
    for (unsigned i = 0; i < COPIES; i++) {
        slices_free(&copy[i].saved);
    }
    slices_free(&held);
}

Test(slices, copies_share_what_is_the_same)
{
    static uint8_t bytes[SIZE];
    struct slices held = {0, NULL};
    struct slices first;
    struct slices second;

    cr_assert_eq(slices_save(bytes, SIZE, &held, &first), 0);
    bytes[SIZE - 1] = 1;
    cr_assert_eq(slices_save(bytes, SIZE, &held, &second), 0);
    cr_expect_eq(first.at[0], second.at[0]);
    cr_expect_eq(first.at[3], second.at[3]);
    cr_expect_neq(first.at[4], second.at[4]);
    slices_free(&first);
    slices_free(&second);
    slices_free(&held);
}
