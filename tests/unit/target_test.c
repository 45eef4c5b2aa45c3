/* SPDX-License-Identifier: MIT */
/* What a fault can be aimed at is found in whatever the flash holds. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/diag.h"
#include "image/image_read.h"
#include "image/provision.h"
#include "oracle/target.h"

#define SECTOR 4096u
#define SIZE (16u * SECTOR)
#define JOURNAL SECTOR
#define REQUESTS (5u * SECTOR)
#define SLOT (7u * SECTOR)

static const struct board_map map = {
    .count = 3,
    .part = {{"journal", JOURNAL, 4 * SECTOR},
             {"requests", REQUESTS, 2 * SECTOR},
             {"slot-a", SLOT, 8 * SECTOR}},
};

static uint8_t flash[SIZE];
static uint32_t start;
static uint32_t length;

static void setup(void)
{
    memset(flash, 0xFF, sizeof flash);
}

TestSuite(target, .init = setup);

static bool find(const char *partition, enum fault_target target)
{
    return target_find(flash, SIZE, &map, partition, target, &start, &length);
}

static void put_image(void)
{
    FILE *file = fopen("tests/data/mcuboot/signed.bin", "rb");

    cr_assert_not_null(file);
    cr_assert_gt(fread(flash + SLOT, 1, 8 * SECTOR, file), 0);
    fclose(file);
}

Test(target, blank_flash_holds_nothing)
{
    cr_expect_not(find("slot-a", TARGET_HEADER));
    cr_expect_not(find("slot-a", TARGET_CODE));
    cr_expect_not(find("slot-a", TARGET_TLV));
    cr_expect_not(find("journal", TARGET_RECORD));
    cr_expect_not(find("requests", TARGET_RECORD));
}

Test(target, a_partition_must_be_there)
{
    cr_expect_not(find("log", TARGET_HEADER));
    cr_expect_not(find("slot-a", TARGET_RECORD));
    cr_expect_str_eq(target_name(TARGET_RECORD), "record");
}

Test(target, an_image_is_header_program_and_what_follows)
{
    struct image_facts facts;

    put_image();
    (void)image_read(flash + SLOT, 8 * SECTOR, &facts);
    cr_assert(find("slot-a", TARGET_HEADER));
    cr_expect_eq(start, SLOT);
    cr_expect_eq(length, facts.header_size);
    cr_assert(find("slot-a", TARGET_CODE));
    cr_expect_eq(start, SLOT + facts.header_size);
    cr_expect_eq(length, facts.payload_size);
    cr_assert(find("slot-a", TARGET_TLV));
    cr_expect_eq(start, SLOT + facts.header_size + facts.payload_size);
    cr_expect_eq(start + length, SLOT + facts.total_size);
}

Test(target, a_record_is_the_one_in_force_for_as_long_as_it_is_whole)
{
    struct journal_record record = {.sequence = 1,
                                    .slot = JOURNAL_SLOT_A,
                                    .state = JOURNAL_CONFIRMED};
    struct diag diag;

    cr_assert_eq(provision_journal(&map, &record, flash, SIZE, &diag), 0);
    cr_assert(find("journal", TARGET_RECORD));
    cr_expect_eq(length, LAYOUT_RECORD_SIZE);
    uint32_t first = start;
    flash[first + 9] ^= 1u;
    cr_assert(find("journal", TARGET_RECORD));
    cr_expect_eq(start, first + SECTOR);
    flash[start + 9] ^= 1u;
    cr_expect_not(find("journal", TARGET_RECORD));
}
