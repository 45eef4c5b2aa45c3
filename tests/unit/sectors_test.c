/* SPDX-License-Identifier: MIT */
/* Flash that is saved and restored by sectors is the flash that it was,
 * whatever was done to it in between. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "device/sectors.h"

#define POINTS 6u
#define ROUNDS 400u
#define SPAN 24u /* sectors that are worked on */

struct point {
    struct sectors saved;
    struct flash whole; /* a full copy */
};

static const struct flash_figures figures = {.size = FLASH_MAX_SIZE,
                                             .sector = FLASH_SECTOR,
                                             .page = FLASH_PAGE,
                                             .unit = 1,
                                             .program_ns = 700000,
                                             .erase_ns = 45000000,
                                             .erase_worn_ns = 400000000,
                                             .endurance = 100000};

/* An operation that ends, or is torn, or damage. */
static void disturb(struct flash *flash, struct rng *rng)
{
    uint32_t address = (uint32_t)(rng_next(rng) % (SPAN * FLASH_SECTOR));
    uint8_t page[FLASH_PAGE];
    uint64_t now = flash->programs + flash->erases; /* grows */

    rng_fill(rng, page, sizeof page);
    switch (rng_next(rng) % 6) {
    case 0:
        flash_erase(flash, now, address - address % FLASH_SECTOR);
        break;
    case 1:
        flash_flip(flash, address, 3);
        break;
    case 2:
        flash_put(flash, address, page[0]);
        break;
    default:
        flash_program(flash, now, address - address % FLASH_PAGE, page,
                      FLASH_PAGE);
    }
    flash->fail_next = rng_next(rng) % 8 == 0 ? FLASH_FAULT_REPORTED : 0;
    if (rng_next(rng) % 2 == 0) {
        flash_power_cut(flash, now, FLASH_FORM_AUTO);
    } else {
        flash_advance(flash, UINT64_MAX, NULL);
    }
}

static void check(const struct flash *flash, const struct flash *whole)
{
    cr_assert_arr_eq(flash->array, whole->array, sizeof whole->array);
    cr_assert_arr_eq(flash->taint, whole->taint, sizeof whole->taint);
}

Test(sectors, any_point_comes_back_byte_for_byte)
{
    struct flash *flash = calloc(1, sizeof *flash);
    struct point *point = calloc(POINTS, sizeof *point);
    struct sectors held = {0};
    struct rng rng;

    rng_init(&rng, 11, "test");
    cr_assert_eq(flash_init(flash, &figures, 7), 0);
    for (unsigned i = 0; i < POINTS; i++) {
        cr_assert_eq(sectors_save(flash, &held, &point[i].saved), 0);
        point[i].whole = *flash;
        disturb(flash, &rng);
    }
    for (unsigned round = 0; round < ROUNDS; round++) {
        struct point *at = &point[rng_next(&rng) % POINTS];

        if (rng_next(&rng) % 3 == 0) {
            sectors_free(&at->saved);
            cr_assert_eq(sectors_save(flash, &held, &at->saved), 0);
            at->whole = *flash;
        } else {
            sectors_restore(flash, &held, &at->saved);
            check(flash, &at->whole);
        }
        disturb(flash, &rng);
    }
    for (unsigned i = 0; i < POINTS; i++) {
        sectors_free(&point[i].saved);
    }
    sectors_free(&held);
    free(point);
    free(flash);
}

Test(sectors, what_is_not_touched_is_shared)
{
    struct flash *flash = calloc(1, sizeof *flash);
    struct sectors held = {0};
    struct sectors first;
    struct sectors second;

    cr_assert_eq(flash_init(flash, &figures, 7), 0);
    cr_assert_eq(sectors_save(flash, &held, &first), 0);
    flash_put(flash, 5 * FLASH_BLOCK, 0);
    cr_assert_eq(sectors_save(flash, &held, &second), 0);
    for (unsigned i = 0; i < FLASH_MAX_BLOCKS; i++) {
        cr_expect_eq(first.at[i] == second.at[i], i != 5);
    }
    sectors_free(&first);
    sectors_free(&second);
    sectors_free(&held);
    free(flash);
}

/* The sums that are kept are those of a flash that has never kept any. */
Test(sectors, sums_follow_every_change)
{
    struct flash *flash = malloc(sizeof *flash);
    struct flash *fresh = malloc(sizeof *fresh);
    struct sectors held = {0};
    struct sectors saved;
    struct rng rng;

    cr_assert(flash != NULL && fresh != NULL);
    cr_assert_eq(flash_init(flash, &figures, 1), 0);
    rng_init(&rng, 5, "sums");
    cr_assert_eq(sectors_save(flash, &held, &saved), 0);
    for (unsigned i = 0; i < ROUNDS; i++) {
        disturb(flash, &rng);
        if (rng_next(&rng) % 8 == 0) {
            sectors_restore(flash, &held, &saved);
        }
        if (rng_next(&rng) % 8 == 0) {
            sectors_free(&saved);
            cr_assert_eq(sectors_save(flash, &held, &saved), 0);
        }
        *fresh = *flash;
        memset(fresh->summed, 0, sizeof fresh->summed);
        cr_assert_eq(flash_hash(flash), flash_hash(fresh));
    }
    sectors_free(&saved);
    sectors_free(&held);
    free(fresh);
    free(flash);
}
