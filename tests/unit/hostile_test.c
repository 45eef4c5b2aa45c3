/* SPDX-License-Identifier: MIT */
/* What an attacker's bytes are like: half of them look right. */
#include <criterion/criterion.h>
#include <string.h>

#include "board/registers.h"
#include "image/hostile.h"
#include "oracle/decode.h"

#define SECTOR 4096u
#define JOURNAL 0u
#define REQUESTS (4u * SECTOR)
#define SLOT (6u * SECTOR)
#define SIZE (8u * SECTOR)
#define SEEDS 200u

static const struct board_map map = {
    .count = 3,
    .part = {{"journal", JOURNAL, 4 * SECTOR},
             {"requests", REQUESTS, 2 * SECTOR},
             {"slot-a", SLOT, 2 * SECTOR}},
};

static uint8_t bytes[2][3000];
static const struct hostile_image images[] = {
    {bytes[0], sizeof bytes[0], BOARD_APP_BASE, {1}, {1}},
    {bytes[1], sizeof bytes[1], BOARD_RECOVERY_BASE, {2}, {2}},
};
static const struct hostile_stock stock = {images, 2, FLASH_SECTOR};
static uint8_t flash[SIZE + 1];
static uint8_t again[SIZE];
static struct boot_view view;

static void setup(void)
{
    memset(bytes[0], 0x11, sizeof bytes[0]);
    memset(bytes[1], 0x22, sizeof bytes[1]);
    flash[SIZE] = 0xC3;
}

TestSuite(hostile_bytes, .init = setup);

static void fill(uint64_t seed, uint8_t *out)
{
    for (unsigned i = 0; i < map.count; i++) {
        hostile_fill(map.part[i].name, &stock, seed, out + map.part[i].start,
                     map.part[i].length);
    }
}

Test(hostile_bytes, a_seed_gives_the_same_bytes_and_no_more_of_them)
{
    fill(7, flash);
    fill(7, again);
    cr_expect_eq(memcmp(flash, again, SIZE), 0);
    fill(8, again);
    cr_expect_neq(memcmp(flash, again, SIZE), 0);
    cr_expect_eq(flash[SIZE], 0xC3);
}

Test(hostile_bytes, many_journals_and_requests_are_valid_and_many_are_not)
{
    unsigned forces = 0;
    unsigned newest = 0;
    unsigned trials = 0;
    unsigned statuses[DECODE_STATUS_COUNT] = {0};

    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        fill(seed, flash);
        cr_assert_eq(decode_flash(flash, SIZE, &map, &view), 0);
        forces += view.in_force >= 0;
        newest += view.newest >= 0;
        trials += view.in_force >= 0 &&
                  view.record[view.in_force].state == JOURNAL_TRIAL;
        for (unsigned i = 0; i < view.records; i++) {
            statuses[view.record[i].status]++;
        }
    }
    cr_expect(forces > SEEDS / 2 && forces < SEEDS, "%u", forces);
    cr_expect(newest > SEEDS / 2 && newest <= SEEDS, "%u", newest);
    cr_expect(trials > SEEDS / 8 && trials < forces, "%u", trials);
    for (unsigned i = 0; i < DECODE_STATUS_COUNT; i++) {
        cr_expect_gt(statuses[i], 0, "%s",
                     decode_status_name((enum decode_status)i));
    }
}

Test(hostile_bytes, slots_hold_the_image_that_runs_there_or_a_spoiled_one)
{
    unsigned whole = 0;
    unsigned other = 0;

    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        fill(seed, flash);
        whole += memcmp(flash + SLOT, bytes[0], sizeof bytes[0]) == 0;
        other += memcmp(flash + SLOT, bytes[1], sizeof bytes[1]) == 0;
    }
    cr_expect(whole > SEEDS / 8 && whole < SEEDS / 2, "%u", whole);
    cr_expect(other > 0 && other < SEEDS / 8, "%u", other);
}

Test(hostile_bytes, any_other_partition_gets_noise)
{
    hostile_fill("log", &stock, 1, flash, SECTOR);
    hostile_fill("log", &stock, 2, flash + SECTOR, SECTOR);
    cr_expect_neq(memcmp(flash, flash + SECTOR, SECTOR), 0);
}
