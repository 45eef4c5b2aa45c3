/* SPDX-License-Identifier: MIT */
/* A world is a value: a clone is the same, and stays the same. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "engine/world.h"

static const struct board_figures figures = {
    .flash = {.size = FLASH_MAX_SIZE,
              .sector = FLASH_SECTOR,
              .page = FLASH_PAGE,
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

static void make_device(struct world_device *device)
{
    static const struct link_figures way = {.rate = 60000, .latency = 40000000};

    memset(&device->oracle, 0, sizeof device->oracle);
    memset(&device->strike, 0, sizeof device->strike);
    device->boots = 0;
    device->window_part = 0;
    device->state = 0;
    device->result = 0;
    device->alive = false;
    device->warned = false;
    device->nudged = false;
    device->dead = false;
    device->down = false;
    cr_assert_eq(board_init(&device->board, &figures, 7), 0);
    cr_assert_eq(link_init(&device->link, &way, &way, 7, "link"), 0);
    cr_assert_eq(
        battery_init(&device->battery, &battery_defaults, BATTERY_FULL, 0), 0);
}

/* On memory that holds `fill` before: what a member does not cover must not
 * count. */
static struct world *make(int fill)
{
    struct world *world = malloc(sizeof *world);

    cr_assert_not_null(world);
    memset(world, fill, sizeof *world);
    memset(&world->counts, 0, sizeof world->counts);
    memset(world->step, 0, sizeof world->step);
    memset(world->expect, 0, sizeof world->expect);
    world->now_ns = 0;
    world->sequence = 0;
    world->release = 0;
    world->over = false;
    server_init(&world->server, 7);
    world->devices = 1;
    make_device(&world->device[0]);
    return world;
}

static bool same(const struct world *a, const struct world *b)
{
    uint8_t first[32];
    uint8_t second[32];

    world_hash(a, first);
    world_hash(b, second);
    return memcmp(first, second, sizeof first) == 0;
}

Test(world, a_clone_goes_on_as_the_original)
{
    static const uint8_t page[4] = {1, 2, 3, 4};
    struct world *world = make(0);
    struct world *clone = malloc(sizeof *clone);

    cr_assert_not_null(clone);
    flash_program(&world->device[0].board.flash, 0, 0x1000, page, sizeof page);
    *clone = *world;
    cr_expect(same(world, clone));
    flash_power_cut(&world->device[0].board.flash, 350000, FLASH_FORM_AUTO);
    cr_expect_not(same(world, clone));
    flash_power_cut(&clone->device[0].board.flash, 350000, FLASH_FORM_AUTO);
    cr_expect(same(world, clone));
    free(clone);
    free(world);
}

Test(world, what_lay_in_memory_before_does_not_count)
{
    struct world *zeros = make(0);
    struct world *ones = make(0xff);

    cr_expect(same(zeros, ones));
    free(ones);
    free(zeros);
}

Test(world, every_part_counts)
{
    struct world *world = make(0);
    struct world *other = make(0);

    other->device[0].board.otp.weak[3] = 1;
    cr_expect_not(same(world, other), "fuses");
    *other = *world;
    other->device[0].oracle.asked[2] = true;
    cr_expect_not(same(world, other), "oracle");
    *other = *world;
    other->device[0].strike.cut.off_ns = 1;
    cr_expect_not(same(world, other), "strike");
    *other = *world;
    other->device[0].battery.used_uj = 1;
    cr_expect_not(same(world, other), "battery");
    *other = *world;
    link_send(&other->device[0].link, 0, LINK_UP, (struct endpoint){10, 1},
              (struct endpoint){1, 5683}, "x", 1);
    cr_expect_not(same(world, other), "link");
    *other = *world;
    other->server.next_id++;
    cr_expect_not(same(world, other), "server");
    *other = *world;
    other->devices = 2;
    cr_expect_not(same(world, other), "devices");
    *other = *world;
    other->expect[SCENARIO_EXPECTS - 1].count = 1;
    cr_expect_not(same(world, other), "expectations");
    *other = *world;
    other->device[0].board.flash.taint[FLASH_WORDS - 1] = FLASH_TORN_ERASE;
    cr_expect_not(same(world, other), "taint");
    free(other);
    free(world);
}
