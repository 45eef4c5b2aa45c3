/* SPDX-License-Identifier: MIT */
/* Damage changes the array, and in the window the same bits. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "device/damage.h"

struct part {
    struct board board;
    uint8_t *window;
};

static struct part *make(void)
{
    static const struct board_figures figures = {
        .flash = {.size = FLASH_MAX_SIZE,
                  .sector = FLASH_SECTOR,
                  .page = FLASH_PAGE,
                  .unit = 1,
                  .program_ns = 700000,
                  .erase_ns = 45000000,
                  .erase_worn_ns = 400000000,
                  .endurance = 100000},
        .otp_burn_ns = 50000,
        .watchdog_ms = 5000,
        .battery_mv = 3600,
        .warn_mv = 3000,
        .brown_out_mv = 2700,
    };
    struct part *part = calloc(1, sizeof *part);

    cr_assert_not_null(part);
    cr_assert_eq(board_init(&part->board, &figures, 7), 0);
    part->window = calloc(1, BOARD_WINDOW_SIZE);
    cr_assert_not_null(part->window);
    return part;
}

static void end(struct part *part)
{
    free(part->window);
    free(part);
}

Test(damage, turns_one_bit_in_array_and_window)
{
    struct part *part = make();

    part->window[0x1234] = 0xff;
    cr_expect_eq(damage_flip(&part->board, part->window, 0x1234, 3), 0);
    cr_expect_eq(part->board.flash.array[0x1234], 0xf7);
    cr_expect_eq(part->window[0x1234], 0xf7);
    cr_expect_eq(damage_flip(&part->board, part->window, 0x1234, 8), -1);
    cr_expect_eq(damage_flip(&part->board, part->window, FLASH_MAX_SIZE, 0),
                 -1);
    cr_expect_eq(part->window[0x1234], 0xf7);
    end(part);
}

Test(damage, garbage_in_the_window_stays_the_inverse)
{
    struct part *part = make();

    part->window[7] = 0x00; /* inverse of 0xff */
    cr_expect(damage_byte(&part->board, part->window, 7, 0x5a));
    cr_expect_eq(part->board.flash.array[7], 0x5a);
    cr_expect_eq(part->window[7], 0xa5);
    cr_expect_not(damage_byte(&part->board, part->window, 7, 0x5a));
    cr_expect_eq(part->window[7], 0xa5);
    end(part);
}

Test(damage, noise_comes_from_the_parts_own_stream)
{
    struct part *one = make();
    struct part *other = make();

    for (uint32_t i = 0; i < 64; i++) {
        damage_noise(&one->board, one->window, i);
        damage_noise(&other->board, other->window, i);
    }
    cr_expect_arr_eq(one->board.flash.array, other->board.flash.array, 64);
    cr_expect_neq(one->board.flash.array[0] + one->board.flash.array[1] * 256,
                  0xffff);
    end(other);
    end(one);
}

Test(damage, one_operation_at_a_time_is_to_fail)
{
    static const uint8_t byte = 0;
    struct part *part = make();

    cr_expect_eq(damage_next(&part->board, FLASH_FAULT_IGNORED), 0);
    cr_expect_eq(damage_next(&part->board, FLASH_FAULT_REPORTED), -1);
    flash_program(&part->board.flash, 0, 0, &byte, 1);
    cr_expect_eq(part->board.flash.op.fault, FLASH_FAULT_IGNORED);
    cr_expect_eq(damage_next(&part->board, FLASH_FAULT_REPORTED), 0);
    end(part);
}
