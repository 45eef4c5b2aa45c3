/* SPDX-License-Identifier: MIT */
/* After each torn form, every reading lies between old and new. */
#include <criterion/criterion.h>
#include <string.h>

#include "device/readings.h"

#define PAGE_AT 0x1040u
#define LENGTH 128u
#define OLD_BYTE 0xF3u
#define NEW_BYTE 0x5Bu

static const struct flash_figures figures = {
    .size = 4u * FLASH_SECTOR,
    .sector = FLASH_SECTOR,
    .page = FLASH_PAGE,
    .unit = 1,
    .program_ns = 700000u,
    .erase_ns = 45000000u,
    .erase_worn_ns = 45000000u,
    .endurance = 2u,
};

static struct flash flash;
static struct flash other;
static struct otp otp;
static uint64_t now;

static void finish(void)
{
    now = flash.op.end_ns;
    cr_assert(flash_advance(&flash, now, NULL));
}

static void begin_program(uint32_t address, uint8_t byte, uint32_t length)
{
    uint8_t data[FLASH_PAGE];

    memset(data, byte, sizeof data);
    (void)flash_program(&flash, now, address, data, length);
}

static void begin_erase(uint32_t address)
{
    (void)flash_erase(&flash, now, address);
}

static void cut(enum flash_form form)
{
    now += (flash.op.end_ns - now) / 2;
    cr_assert_eq(flash_power_cut(&flash, now, form), form);
}

static void setup(void)
{
    now = 1000;
    cr_assert_eq(flash_init(&flash, &figures, 7), 0);
    otp_init(&otp, 50000u, 7);
    begin_program(PAGE_AT, OLD_BYTE, LENGTH);
    finish();
}

TestSuite(readings, .init = setup);

static void torn_program(enum flash_form form)
{
    begin_program(PAGE_AT, NEW_BYTE, LENGTH);
    cut(form);
}

static const uint8_t *at(uint32_t address)
{
    return &flash.array[address];
}

static bool all_are(uint32_t address, uint8_t byte, uint32_t length)
{
    for (uint32_t i = 0; i < length; i++) {
        if (*at(address + i) != byte) {
            return false;
        }
    }
    return true;
}

Test(readings, there_is_one_if_nothing_was_torn)
{
    other = flash;
    cr_assert_eq(readings_count(&flash, &otp), 1);
    readings_apply(&flash, &otp, 0);
    readings_flash(&flash, READING_OLD);
    cr_assert_eq(memcmp(&flash, &other, sizeof flash), 0);
}

Test(readings, one_as_it_is_old_new_and_three_mixtures)
{
    torn_program(FLASH_FORM_BITS);
    cr_assert_eq(readings_count(&flash, &otp), READING_COUNT);
    other = flash;
    readings_apply(&flash, &otp, READING_LEFT);
    cr_expect_eq(memcmp(flash.array, other.array, sizeof flash.array), 0);
    readings_apply(&flash, &otp, READING_OLD);
    cr_expect(all_are(PAGE_AT, OLD_BYTE, LENGTH));
    readings_apply(&flash, &otp, READING_NEW);
    cr_expect(all_are(PAGE_AT, OLD_BYTE & NEW_BYTE, LENGTH));
}

Test(readings, a_prefix_is_new_and_the_rest_is_old)
{
    uint32_t i = 0;

    torn_program(FLASH_FORM_WEAK);
    readings_apply(&flash, &otp, READING_PREFIX);
    while (i < LENGTH && *at(PAGE_AT + i) == (OLD_BYTE & NEW_BYTE)) {
        i++;
    }
    cr_expect_lt(i, LENGTH);
    cr_expect(all_are(PAGE_AT + i, OLD_BYTE, LENGTH - i));
}

Test(readings, words_are_whole_and_of_both_kinds)
{
    unsigned of_new = 0;

    torn_program(FLASH_FORM_WEAK);
    readings_apply(&flash, &otp, READING_WORDS);
    for (uint32_t i = 0; i < LENGTH; i += 4) {
        bool fresh = all_are(PAGE_AT + i, OLD_BYTE & NEW_BYTE, 4);
        cr_expect(fresh || all_are(PAGE_AT + i, OLD_BYTE, 4));
        of_new += fresh;
    }
    cr_expect(of_new > 0 && of_new < LENGTH / 4u);
}

Test(readings, bits_lie_between_old_and_new)
{
    unsigned others = 0;

    torn_program(FLASH_FORM_WEAK);
    readings_apply(&flash, &otp, READING_BITS);
    for (uint32_t i = 0; i < LENGTH; i++) {
        uint8_t byte = *at(PAGE_AT + i);
        cr_expect_eq(byte & ~OLD_BYTE, 0);
        cr_expect_eq(byte & (OLD_BYTE & NEW_BYTE), OLD_BYTE & NEW_BYTE);
        others += byte != OLD_BYTE && byte != (OLD_BYTE & NEW_BYTE);
    }
    cr_expect_gt(others, 0);
}

Test(readings, nothing_else_changes)
{
    torn_program(FLASH_FORM_PREFIX);
    for (unsigned i = 0; i < READING_COUNT; i++) {
        other = flash;
        readings_apply(&flash, &otp, i);
        cr_expect_eq(memcmp(flash.taint, other.taint, sizeof flash.taint), 0);
        cr_expect_eq(flash.rng.state, other.rng.state);
        memcpy(&flash.array[PAGE_AT], &other.array[PAGE_AT], LENGTH);
        cr_expect_eq(memcmp(flash.array, other.array, sizeof flash.array), 0);
    }
}

Test(readings, the_same_number_gives_the_same_bytes)
{
    torn_program(FLASH_FORM_BITS);
    readings_apply(&flash, &otp, READING_BITS);
    other = flash;
    readings_apply(&flash, &otp, READING_WORDS);
    cr_expect_neq(memcmp(flash.array, other.array, sizeof flash.array), 0);
    readings_apply(&flash, &otp, READING_BITS);
    cr_expect_eq(memcmp(flash.array, other.array, sizeof flash.array), 0);
}

Test(readings, of_a_torn_erase)
{
    uint32_t sector = PAGE_AT / FLASH_SECTOR * FLASH_SECTOR;

    begin_erase(sector);
    cut(FLASH_FORM_ERASE_ALL_ZERO);
    cr_assert(all_are(sector, 0, FLASH_SECTOR));
    readings_apply(&flash, &otp, READING_OLD);
    cr_expect(all_are(sector, 0xFF, PAGE_AT - sector));
    cr_expect(all_are(PAGE_AT, OLD_BYTE, LENGTH));
    readings_apply(&flash, &otp, READING_NEW);
    cr_expect(all_are(sector, 0xFF, FLASH_SECTOR));
    cr_expect_eq(flash_range_taint(&flash, sector, FLASH_SECTOR),
                 FLASH_TORN_ERASE);
}

Test(readings, end_with_the_next_operation_there)
{
    uint32_t sector = PAGE_AT / FLASH_SECTOR * FLASH_SECTOR;

    torn_program(FLASH_FORM_BITS);
    begin_erase(sector + FLASH_SECTOR);
    finish();
    cr_assert_eq(readings_count(&flash, &otp), READING_COUNT);
    begin_program(PAGE_AT + LENGTH, 0, 4);
    finish();
    cr_assert_eq(readings_count(&flash, &otp), READING_COUNT);
    begin_program(PAGE_AT + LENGTH - 4, 0, 4);
    finish();
    cr_assert_eq(readings_count(&flash, &otp), 1);
    torn_program(FLASH_FORM_BITS);
    begin_erase(sector);
    finish();
    cr_assert_eq(readings_count(&flash, &otp), 1);
}

Test(readings, a_cut_before_or_after_an_operation_leaves_none)
{
    torn_program(FLASH_FORM_BEFORE);
    cr_expect_eq(readings_count(&flash, &otp), 1);
    torn_program(FLASH_FORM_AFTER);
    cr_expect_eq(readings_count(&flash, &otp), 1);
}

Test(readings, failures_leave_them_too)
{
    flash.fail_next = FLASH_FAULT_WRONG;
    begin_program(PAGE_AT, NEW_BYTE, LENGTH);
    finish();
    cr_expect_eq(readings_count(&flash, &otp), READING_COUNT);
    for (unsigned i = 0; i <= figures.endurance; i++) { /* one too many */
        begin_erase(PAGE_AT / FLASH_SECTOR * FLASH_SECTOR);
        finish();
    }
    cr_expect_eq(readings_count(&flash, &otp), READING_COUNT);
    readings_apply(&flash, &otp, READING_OLD);
    cr_expect(all_are(FLASH_SECTOR, 0xFF, FLASH_SECTOR));
}

Test(readings, a_weak_fuse_may_be_lost)
{
    char name[READINGS_NAME];

    cr_assert_eq(otp_burn(&otp, now, 40), OTP_RULE_NONE);
    cr_assert_eq(otp_power_cut(&otp, now + 1, OTP_FORM_WEAK), OTP_FORM_WEAK);
    cr_assert_eq(readings_count(&flash, &otp), 2);
    torn_program(FLASH_FORM_BITS);
    cr_assert_eq(readings_count(&flash, &otp), 2 * READING_COUNT);
    readings_name(&flash, &otp, READING_NEW, name);
    cr_expect_str_eq(name, "new");
    readings_apply(&flash, &otp, READING_NEW);
    cr_expect(otp_get(&otp, 40));
    readings_name(&flash, &otp, READING_COUNT + READING_OLD, name);
    cr_expect_str_eq(name, "old fuse-lost");
    readings_apply(&flash, &otp, READING_COUNT + READING_OLD);
    cr_expect_not(otp_get(&otp, 40));
    cr_expect(all_are(PAGE_AT, OLD_BYTE, LENGTH));
    cr_expect_eq(readings_count(&flash, &otp), READING_COUNT);
}

/* ---- at each boot in another way -------------------------------------------- */

Test(readings, some_take_turns)
{
    torn_program(FLASH_FORM_WEAK);
    readings_flash(&flash, READING_TURN);
    cr_expect(all_are(PAGE_AT, OLD_BYTE & NEW_BYTE, LENGTH), "not yet");
    for (unsigned boot = 0; boot < 4; boot++) {
        cr_expect(readings_boot(&flash));
        cr_expect(all_are(PAGE_AT,
                          boot % 2 == 0 ? OLD_BYTE : OLD_BYTE & NEW_BYTE,
                          LENGTH),
                  "boot %u", boot);
    }
    readings_flash(&flash, READING_LEFT);
    cr_expect(readings_boot(&flash), "a cut alone does not end it");
}

Test(readings, turns_end)
{
    cr_expect_not(readings_boot(&flash), "nothing is torn");
    torn_program(FLASH_FORM_WEAK);
    cr_expect_not(readings_boot(&flash), "it stays as it is");
    readings_flash(&flash, READING_TURN);
    readings_flash(&flash, READING_NEW);
    cr_expect_not(readings_boot(&flash), "another reading was asked for");
    readings_flash(&flash, READING_TURN);
    cr_expect(readings_boot(&flash));
    begin_program(PAGE_AT + LENGTH - 1, NEW_BYTE, 4);
    finish();
    other = flash;
    cr_expect_not(readings_boot(&flash), "a program there has completed");
    cr_expect_eq(memcmp(flash.array, other.array, sizeof flash.array), 0);
}
