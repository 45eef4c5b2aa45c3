/* SPDX-License-Identifier: MIT */
/* Each rule of the serial NOR part, and each torn form, one by one. */
#include <criterion/criterion.h>
#include <string.h>

#include "device/flash.h"

#define SIZE (8u * FLASH_SECTOR)
#define PROGRAM_NS 700000u
#define ERASE_NS 45000000u
#define WORN_NS 400000000u
#define ENDURANCE 100u
/* Where the wear of a sector is kept. */
#define WEAR(n) ((n)*FLASH_SECTOR / FLASH_BLOCK)
#define SECTOR(n) ((n)*FLASH_SECTOR)

static const struct flash_figures figures = {
    .size = SIZE,
    .sector = FLASH_SECTOR,
    .page = FLASH_PAGE,
    .unit = 1,
    .program_ns = PROGRAM_NS,
    .erase_ns = ERASE_NS,
    .erase_worn_ns = WORN_NS,
    .endurance = ENDURANCE,
};

/* A second one to clone into; too large for a stack. */
static struct flash flash;
static struct flash other;
static uint64_t now;

static void setup(void)
{
    now = 1000;
    cr_assert_eq(flash_init(&flash, &figures, 7), 0);
}

TestSuite(flash, .init = setup);

static enum flash_rule program(uint32_t address, const void *data,
                               uint32_t length)
{
    return flash_program(&flash, now, address, data, length);
}

static void finish(void)
{
    now = flash.op.end_ns;
    cr_assert(flash_advance(&flash, now, NULL));
}

static void fill(uint32_t address, uint8_t byte, uint32_t length)
{
    uint8_t data[FLASH_PAGE];

    memset(data, byte, sizeof(data));
    cr_assert_eq(program(address, data, length), FLASH_RULE_NONE);
    finish();
}

static void erase(uint32_t address)
{
    cr_assert_eq(flash_erase(&flash, now, address), FLASH_RULE_NONE);
    finish();
}

/* Cut at `done` thousandths of the operation in flight. */
static enum flash_form cut(enum flash_form form, uint32_t done)
{
    uint64_t span = flash.op.end_ns - flash.op.start_ns;

    now = flash.op.start_ns + span * done / 1000;
    return flash_power_cut(&flash, now, form);
}

static bool all_are(uint32_t address, uint8_t byte, uint32_t length)
{
    for (uint32_t i = 0; i < length; i++) {
        if (flash.array[address + i] != byte) {
            return false;
        }
    }
    return true;
}

static bool taints_are(uint32_t address, uint32_t length,
                       enum flash_taint taint)
{
    for (uint32_t i = 0; i < length; i++) {
        if (flash.taint[(address + i) / 4] != taint) {
            return false;
        }
    }
    return true;
}

/* ---- set-up ---- */

Test(flash, is_blank_clean_and_idle_at_first)
{
    cr_assert(all_are(0, 0xFF, SIZE));
    cr_assert(taints_are(0, SIZE, FLASH_CLEAN));
    cr_assert_not(flash_busy(&flash));
    cr_assert_eq(flash.erase_count[WEAR(3)], 0);
}

Test(flash, refuses_figures_it_cannot_model)
{
    for (int i = 0; i < 10; i++) {
        struct flash_figures bad = figures;
        switch (i) {
        case 0:
            bad.size = 0;
            break;
        case 1:
            bad.size = FLASH_MAX_SIZE + FLASH_SECTOR;
            break;
        case 2:
            bad.size = SIZE + 1;
            break;
        case 3:
            bad.sector = 131072;
            break;
        case 4:
            bad.page = 192;
            break;
        case 5:
            bad.program_ns = 0;
            break;
        case 6:
            bad.erase_ns = 0;
            break;
        case 7:
            bad.erase_worn_ns = ERASE_NS - 1;
            break;
        case 8:
            bad.endurance = 0;
            break;
        default:
            bad.erase_worn_ns = FLASH_TIME_LIMIT_NS + 1;
            break;
        }
        cr_expect_eq(flash_init(&other, &bad, 1), -1, "case %d", i);
    }
}

/* ---- programming ---- */

Test(flash, program_clears_bits_at_its_end_and_not_before)
{
    const uint8_t data[4] = {0x12, 0x34, 0x56, 0x78};

    cr_assert_eq(program(0x101, data, 4), FLASH_RULE_NONE);
    cr_assert(flash_busy(&flash));
    cr_assert_eq(flash.op.end_ns, now + PROGRAM_NS);
    cr_assert_not(flash_advance(&flash, now + PROGRAM_NS - 1, NULL));
    cr_assert(all_are(0, 0xFF, SIZE), "seen before its end");

    struct flash_op ended;
    cr_assert(flash_advance(&flash, now + PROGRAM_NS, &ended));
    cr_assert_eq(ended.kind, FLASH_PROGRAM);
    cr_assert_eq(ended.address, 0x101);
    cr_assert_eq(ended.length, 4);
    cr_assert_eq(memcmp(&flash.array[0x101], data, 4), 0);
    cr_assert(all_are(0, 0xFF, 0x101) && all_are(0x105, 0xFF, 0x200));
    cr_assert_not(flash_busy(&flash));
    cr_assert_eq(flash.programs, 1);
    cr_assert(taints_are(0, SIZE, FLASH_CLEAN));
}

Test(flash, a_word_may_be_programmed_again_to_clear_more_bits)
{
    fill(0, 0xF0, 4);
    fill(0, 0x30, 4);
    cr_assert(all_are(0, 0x30, 4));
}

Test(flash, a_bit_that_would_have_to_rise_is_reported_and_stays)
{
    const uint8_t up = 0xFF;

    fill(16, 0x0F, 1);
    cr_assert_eq(program(16, &up, 1), FLASH_RULE_BIT_RISE);
    finish();
    cr_assert_eq(flash.array[16], 0x0F);
}

Test(flash, a_program_across_the_page_end_is_refused)
{
    uint8_t data[FLASH_PAGE] = {0};

    cr_assert_eq(program(255, data, 2), FLASH_RULE_PAGE_END);
    cr_assert_eq(program(1, data, 256), FLASH_RULE_PAGE_END);
    cr_assert_not(flash_busy(&flash));
    cr_assert_eq(program(255, data, 1), FLASH_RULE_NONE);
    finish();
    cr_assert_eq(program(512, data, 256), FLASH_RULE_NONE);
}

Test(flash, addresses_and_lengths_are_checked)
{
    uint8_t data[FLASH_PAGE] = {0};

    cr_expect_eq(program(0, data, 0), FLASH_RULE_RANGE);
    cr_expect_eq(program(0, data, 257), FLASH_RULE_RANGE);
    cr_expect_eq(program(SIZE, data, 1), FLASH_RULE_RANGE);
    cr_expect_eq(program(SIZE - 1, data, 2), FLASH_RULE_RANGE);
    cr_expect_eq(program(UINT32_MAX, data, 2), FLASH_RULE_RANGE);
    cr_expect_eq(program(0, data, UINT32_MAX), FLASH_RULE_RANGE);
    cr_expect_eq(flash_erase(&flash, now, 1), FLASH_RULE_RANGE);
    cr_expect_eq(flash_erase(&flash, now, SIZE), FLASH_RULE_RANGE);
    cr_expect_eq(flash_erase(&flash, now, 0xFFFFF000u), FLASH_RULE_RANGE);
    cr_expect_not(flash_busy(&flash));
    cr_expect_eq(program(SIZE - 1, data, 1), FLASH_RULE_NONE);
}

/* ---- erasing ---- */

Test(flash, erase_sets_one_aligned_sector_at_its_end)
{
    fill(SECTOR(1) - 4, 0, 4);
    fill(SECTOR(1), 0, 4);
    fill(SECTOR(2) - 4, 0, 4);
    fill(SECTOR(2), 0, 4);
    cr_assert_eq(flash_erase(&flash, now, SECTOR(1)), FLASH_RULE_NONE);
    cr_assert_not(flash_advance(&flash, now + ERASE_NS - 1, NULL));
    cr_assert(all_are(SECTOR(1), 0, 4), "seen before its end");
    cr_assert(flash_advance(&flash, now + ERASE_NS, NULL));
    cr_assert(all_are(SECTOR(1), 0xFF, FLASH_SECTOR));
    cr_assert(all_are(SECTOR(1) - 4, 0, 4) && all_are(SECTOR(2), 0, 4));
    cr_assert_eq(flash.erase_count[WEAR(1)], 1);
    cr_assert_eq(flash.erase_count[WEAR(0)] + flash.erase_count[WEAR(2)], 0);
    cr_assert_eq(flash.erases, 1);
}

Test(flash, erase_gets_slower_in_proportion_to_wear)
{
    const uint32_t counts[] = {0, 1, 50, 99, 100, 5000};

    for (unsigned i = 0; i < 6; i++) {
        setup();
        flash.erase_count[WEAR(2)] = counts[i];
        uint32_t worn = counts[i] < ENDURANCE ? counts[i] : ENDURANCE;
        cr_assert_eq(flash_erase(&flash, 5, SECTOR(2)), FLASH_RULE_NONE);
        cr_expect_eq(flash.op.end_ns,
                     5 + ERASE_NS +
                         (uint64_t)(WORN_NS - ERASE_NS) * worn / ENDURANCE,
                     "after %u erases", counts[i]);
    }
}

Test(flash, erase_time_of_extreme_figures_does_not_overflow)
{
    struct flash_figures slow = figures;

    slow.erase_ns = 1;
    slow.erase_worn_ns = FLASH_TIME_LIMIT_NS;
    slow.endurance = UINT32_MAX;
    cr_assert_eq(flash_init(&flash, &slow, 1), 0);
    flash.erase_count[WEAR(0)] = UINT32_MAX;
    cr_assert_eq(flash_erase(&flash, 0, 0), FLASH_RULE_NONE);
    cr_assert_eq(flash.op.end_ns, FLASH_TIME_LIMIT_NS);
}

Test(flash, past_its_endurance_erase_fails_and_says_so)
{
    flash.erase_count[WEAR(1)] = ENDURANCE - 1;
    erase(SECTOR(1));
    cr_assert_not(flash.last_failed);
    cr_assert(all_are(SECTOR(1), 0xFF, FLASH_SECTOR));

    erase(SECTOR(1));
    cr_assert(flash.last_failed);
    cr_assert_not(all_are(SECTOR(1), 0xFF, FLASH_SECTOR));
    cr_assert(taints_are(SECTOR(1), FLASH_SECTOR, FLASH_TORN_ERASE));
    cr_assert_eq(flash.erase_count[WEAR(1)], ENDURANCE + 1);
    fill(SECTOR(2), 0, 1);
    cr_assert_not(flash.last_failed, "the flag is the last operation's");
}

/* ---- busy, locks, resets ---- */

Test(flash, commands_while_busy_are_refused)
{
    const uint8_t zero = 0;

    cr_assert_eq(flash_erase(&flash, now, 0), FLASH_RULE_NONE);
    struct flash_op op = flash.op;
    cr_assert_eq(program(SECTOR(3), &zero, 1), FLASH_RULE_BUSY);
    cr_assert_eq(flash_erase(&flash, now, SECTOR(3)), FLASH_RULE_BUSY);
    cr_assert_eq(flash.op.address, op.address);
    cr_assert_eq(flash.op.end_ns, op.end_ns);
    finish();
    cr_assert_eq(program(SECTOR(3), &zero, 1), FLASH_RULE_NONE);
}

Test(flash, locked_sectors_refuse_until_a_reset)
{
    const uint8_t zero = 0;

    cr_assert_eq(flash_lock(&flash, SECTOR(1), 2 * FLASH_SECTOR),
                 FLASH_RULE_NONE);
    cr_expect_eq(program(SECTOR(1), &zero, 1), FLASH_RULE_LOCKED);
    cr_expect_eq(program(SECTOR(3) - 1, &zero, 1), FLASH_RULE_LOCKED);
    cr_expect_eq(flash_erase(&flash, now, SECTOR(2)), FLASH_RULE_LOCKED);
    cr_expect_not(flash_busy(&flash));
    cr_expect_eq(program(SECTOR(1) - 1, &zero, 1), FLASH_RULE_NONE);
    finish();
    cr_expect_eq(program(SECTOR(3), &zero, 1), FLASH_RULE_NONE);
    finish();

    flash_warm_reset(&flash);
    cr_expect_eq(program(SECTOR(1), &zero, 1), FLASH_RULE_NONE);
    finish();
    cr_assert_eq(flash_lock(&flash, 0, SIZE), FLASH_RULE_NONE);
    cr_expect_eq(program(0, &zero, 1), FLASH_RULE_LOCKED);
    flash_power_cut(&flash, now, FLASH_FORM_AUTO);
    cr_expect_eq(program(0, &zero, 1), FLASH_RULE_NONE);
}

Test(flash, locks_take_whole_sectors_inside_the_array)
{
    cr_expect_eq(flash_lock(&flash, 1, FLASH_SECTOR), FLASH_RULE_RANGE);
    cr_expect_eq(flash_lock(&flash, 0, 100), FLASH_RULE_RANGE);
    cr_expect_eq(flash_lock(&flash, 0, 0), FLASH_RULE_RANGE);
    cr_expect_eq(flash_lock(&flash, SIZE, FLASH_SECTOR), FLASH_RULE_RANGE);
    cr_expect_eq(flash_lock(&flash, SECTOR(7), 2 * FLASH_SECTOR),
                 FLASH_RULE_RANGE);
    cr_expect_eq(flash_lock(&flash, SECTOR(1), 0xFFFFF000u), FLASH_RULE_RANGE);
    for (unsigned i = 0; i < SIZE / FLASH_SECTOR; i++) {
        cr_expect_eq(flash.locked[i], 0);
    }
}

Test(flash, an_operation_goes_on_across_a_warm_reset)
{
    fill(SECTOR(2), 0, 1);
    cr_assert_eq(flash_erase(&flash, now, SECTOR(2)), FLASH_RULE_NONE);
    flash_warm_reset(&flash);
    cr_assert(flash_busy(&flash));
    finish();
    cr_assert_eq(flash.array[SECTOR(2)], 0xFF);
    cr_assert(taints_are(SECTOR(2), FLASH_SECTOR, FLASH_CLEAN));
}

Test(flash, a_cut_completes_what_was_due)
{
    const uint8_t zero = 0;

    cr_assert_eq(program(0, &zero, 1), FLASH_RULE_NONE);
    cr_assert_eq(flash_power_cut(&flash, flash.op.end_ns, FLASH_FORM_BITS),
                 FLASH_FORM_BEFORE);
    cr_assert_eq(flash.array[0], 0);
    cr_assert_eq(flash.taint[0], FLASH_CLEAN);
    cr_assert_not(flash_busy(&flash));
}

/* ---- torn forms ---- */

/* A page of known old and new bytes: old 0xFF but for a word of 0xF0, new a
 * pattern in which every byte lets bits fall. */
#define AT (SECTOR(2) + 2 * FLASH_PAGE)
static uint8_t pattern[FLASH_PAGE];
static uint8_t before[FLASH_SECTOR];
static uint8_t after[FLASH_SECTOR];

static void start_program(void)
{
    setup();
    fill(AT + 8, 0xF0, 4);
    for (unsigned i = 0; i < FLASH_PAGE; i++) {
        pattern[i] = (uint8_t)(i * 7u & 0x5Au);
    }
    memcpy(before, &flash.array[SECTOR(2)], FLASH_SECTOR);
    memcpy(after, before, FLASH_SECTOR);
    for (unsigned i = 0; i < FLASH_PAGE; i++) {
        after[2 * FLASH_PAGE + i] &= pattern[i];
    }
    (void)program(AT, pattern, FLASH_PAGE);
}

static void start_erase(void)
{
    setup();
    for (uint32_t page = 0; page < FLASH_SECTOR; page += FLASH_PAGE) {
        fill(SECTOR(2) + page, 0x5A, FLASH_PAGE);
    }
    memcpy(before, &flash.array[SECTOR(2)], FLASH_SECTOR);
    memset(after, 0xFF, FLASH_SECTOR);
    cr_assert_eq(flash_erase(&flash, now, SECTOR(2)), FLASH_RULE_NONE);
}

static bool looks(const uint8_t *sector)
{
    return memcmp(&flash.array[SECTOR(2)], sector, FLASH_SECTOR) == 0;
}

static bool others_untouched(void)
{
    return all_are(0, 0xFF, SECTOR(2)) &&
           all_are(SECTOR(3), 0xFF, SIZE - SECTOR(3)) &&
           taints_are(0, SECTOR(2), FLASH_CLEAN) &&
           taints_are(SECTOR(3), SIZE - SECTOR(3), FLASH_CLEAN);
}

/* What every form but BEFORE and AFTER leaves of a program. */
static void expect_torn_program(void)
{
    cr_expect(taints_are(AT, FLASH_PAGE, FLASH_TORN_PROGRAM),
              "every word covered, reached or not");
    cr_expect(taints_are(SECTOR(2), 2 * FLASH_PAGE, FLASH_CLEAN));
    cr_expect(
        taints_are(AT + FLASH_PAGE, SECTOR(3) - AT - FLASH_PAGE, FLASH_CLEAN));
    cr_expect(others_untouched());
    cr_expect_not(flash_busy(&flash));
}

static void expect_torn_erase(void)
{
    cr_expect(taints_are(SECTOR(2), FLASH_SECTOR, FLASH_TORN_ERASE));
    cr_expect_eq(flash.erase_count[WEAR(2)], 1);
    cr_expect(others_untouched());
    cr_expect_not(flash_busy(&flash));
}

Test(flash, torn_before_nothing_has_happened)
{
    start_program();
    cr_assert_eq(cut(FLASH_FORM_BEFORE, 500), FLASH_FORM_BEFORE);
    cr_assert(looks(before) && taints_are(0, SIZE, FLASH_CLEAN));
    start_erase();
    cr_assert_eq(cut(FLASH_FORM_BEFORE, 500), FLASH_FORM_BEFORE);
    cr_assert(looks(before) && taints_are(0, SIZE, FLASH_CLEAN));
    cr_assert_eq(flash.erase_count[WEAR(2)], 0);
}

Test(flash, torn_after_all_has_happened)
{
    start_program();
    cr_assert_eq(cut(FLASH_FORM_AFTER, 500), FLASH_FORM_AFTER);
    cr_assert(looks(after) && taints_are(0, SIZE, FLASH_CLEAN));
    start_erase();
    cr_assert_eq(cut(FLASH_FORM_AFTER, 500), FLASH_FORM_AFTER);
    cr_assert(looks(after) && taints_are(0, SIZE, FLASH_CLEAN));
    cr_assert_eq(flash.erase_count[WEAR(2)], 1);
}

Test(flash, torn_prefix_is_the_share_of_the_bytes_that_was_done)
{
    const uint32_t done[] = {0, 1, 250, 500, 999};

    for (unsigned i = 0; i < 5; i++) {
        start_program();
        cr_assert_eq(cut(FLASH_FORM_PREFIX, done[i]), FLASH_FORM_PREFIX);
        uint32_t split = 2 * FLASH_PAGE + FLASH_PAGE * done[i] / 1000;
        const uint8_t *now_is = &flash.array[SECTOR(2)];
        cr_expect_eq(memcmp(now_is, after, split), 0);
        cr_expect_eq(
            memcmp(now_is + split, before + split, FLASH_SECTOR - split), 0);
        expect_torn_program();
    }
}

Test(flash, torn_bits_are_a_proper_subset_of_the_falling_ones)
{
    start_program();
    cr_assert_eq(cut(FLASH_FORM_BITS, 500), FLASH_FORM_BITS);
    cr_assert_not(looks(before));
    cr_assert_not(looks(after));
    bool inside_a_byte = false;
    for (uint32_t i = 0; i < FLASH_SECTOR; i++) {
        uint8_t is = flash.array[SECTOR(2) + i];
        cr_assert_eq(is & after[i], after[i]);
        cr_assert_eq(is | before[i], before[i]);
        inside_a_byte = inside_a_byte || (is != before[i] && is != after[i]);
    }
    cr_assert(inside_a_byte, "it tears inside a byte");
    expect_torn_program();
}

Test(flash, torn_bits_of_two_falling_bits_let_exactly_one_fall)
{
    const uint8_t data = 0x7E;

    for (uint64_t seed = 0; seed < 20; seed++) {
        cr_assert_eq(flash_init(&flash, &figures, seed), 0);
        cr_assert_eq(program(0, &data, 1), FLASH_RULE_NONE);
        cr_assert_eq(cut(FLASH_FORM_BITS, 500), FLASH_FORM_BITS);
        cr_assert(flash.array[0] == 0x7F || flash.array[0] == 0xFE, "%02x",
                  flash.array[0]);
    }
}

Test(flash, torn_word_split_is_done_before_one_word_and_not_after_it)
{
    start_program();
    cr_assert_eq(cut(FLASH_FORM_WORD_SPLIT, 500), FLASH_FORM_WORD_SPLIT);
    cr_assert_not(looks(before));
    cr_assert_not(looks(after));
    uint32_t word = 2 * FLASH_PAGE + FLASH_PAGE / 2;
    const uint8_t *is = &flash.array[SECTOR(2)];
    cr_expect_eq(memcmp(is, after, word), 0);
    cr_expect_neq(memcmp(is + word, after + word, 4), 0);
    cr_expect_neq(memcmp(is + word, before + word, 4), 0);
    cr_expect_eq(
        memcmp(is + word + 4, before + word + 4, FLASH_SECTOR - word - 4), 0);
    expect_torn_program();
}

Test(flash, torn_word_split_looks_for_a_word_that_can_split)
{
    uint8_t data[16];

    memset(data, 0xFF, sizeof(data));
    data[5] = 0x00;
    cr_assert_eq(program(2, data, 16), FLASH_RULE_NONE);
    cr_assert_eq(cut(FLASH_FORM_WORD_SPLIT, 900), FLASH_FORM_WORD_SPLIT);
    cr_assert_neq(flash.array[7], 0xFF);
    cr_assert_neq(flash.array[7], 0x00);
    cr_assert(taints_are(0, 20, FLASH_TORN_PROGRAM));
    cr_assert_eq(flash.taint[5], FLASH_CLEAN);
}

Test(flash, torn_weak_reads_right_and_is_not_to_be_trusted)
{
    start_program();
    cr_assert_eq(cut(FLASH_FORM_WEAK, 500), FLASH_FORM_WEAK);
    cr_assert(looks(after));
    expect_torn_program();
}

Test(flash, torn_disturb_takes_bits_from_neighbours)
{
    start_program();
    cr_assert_eq(cut(FLASH_FORM_DISTURB, 500), FLASH_FORM_DISTURB);
    uint32_t own = 2 * FLASH_PAGE;
    const uint8_t *is = &flash.array[SECTOR(2)];
    cr_expect_eq(memcmp(is + own, after + own, FLASH_PAGE), 0);
    cr_expect_not(looks(after), "a neighbour has lost a bit");
    for (uint32_t i = 0; i < FLASH_SECTOR; i++) {
        cr_expect_eq(is[i] & (uint8_t)~after[i], 0);
        bool near = i + 64 >= own && i < own + FLASH_PAGE + 64;
        cr_expect(near || is[i] == after[i], "byte %u is too far", i);
    }
    expect_torn_program();
}

Test(flash, disturb_stays_inside_the_sector)
{
    uint8_t data[FLASH_PAGE] = {0};

    for (uint64_t seed = 0; seed < 50; seed++) {
        cr_assert_eq(flash_init(&flash, &figures, seed), 0);
        (void)program(SECTOR(3), data, 1);
        cut(FLASH_FORM_DISTURB, 500);
        (void)program(SECTOR(4) - 1, data, 1);
        cut(FLASH_FORM_DISTURB, 500);
        cr_assert(all_are(0, 0xFF, SECTOR(3)));
        cr_assert(all_are(SECTOR(4), 0xFF, SIZE - SECTOR(4)));
    }
}

Test(flash, torn_erase_zeros_fills_from_the_end)
{
    const uint32_t done[] = {0, 100, 500, 999};
    const uint32_t zeros[] = {256, 409, 2048, 3840};

    for (unsigned i = 0; i < 4; i++) {
        start_erase();
        cr_assert_eq(cut(FLASH_FORM_ERASE_ZEROS, done[i]),
                     FLASH_FORM_ERASE_ZEROS);
        uint32_t rest = FLASH_SECTOR - zeros[i];
        cr_expect(all_are(SECTOR(2), 0x5A, rest), "done %u", done[i]);
        cr_expect(all_are(SECTOR(2) + rest, 0x00, zeros[i]));
        expect_torn_erase();
    }
}

Test(flash, torn_erase_all_zero)
{
    start_erase();
    cr_assert_eq(cut(FLASH_FORM_ERASE_ALL_ZERO, 300),
                 FLASH_FORM_ERASE_ALL_ZERO);
    cr_assert(all_are(SECTOR(2), 0x00, FLASH_SECTOR));
    expect_torn_erase();
}

Test(flash, torn_erase_mix_has_old_bytes_zeros_and_ones)
{
    start_erase();
    cr_assert_eq(cut(FLASH_FORM_ERASE_MIX, 500), FLASH_FORM_ERASE_MIX);
    unsigned old = 0;
    unsigned zeros = 0;
    unsigned ones = 0;
    for (uint32_t i = 0; i < FLASH_SECTOR; i++) {
        uint8_t is = flash.array[SECTOR(2) + i];
        old += is == 0x5A;
        zeros += is == 0x00;
        ones += is == 0xFF;
    }
    cr_assert(old > 500 && zeros > 500 && ones > 500, "%u %u %u", old, zeros,
              ones);
    cr_assert(old + zeros + ones < FLASH_SECTOR, "and bytes between");
    expect_torn_erase();
}

/* 0x5A: what has risen reads as more than that. */
static void count_words(unsigned *old, unsigned *erased, unsigned *between)
{
    for (uint32_t at = SECTOR(2); at < SECTOR(3); at += 4) {
        bool kept = all_are(at, 0x5A, 4);
        bool gone = all_are(at, 0xFF, 4);

        *old += kept;
        *erased += gone;
        *between += !kept && !gone;
        for (uint32_t i = 0; i < 4; i++) {
            cr_assert_eq(flash.array[at + i] & 0x5A, 0x5A, "no bit falls");
        }
    }
}

Test(flash, torn_erase_words_are_old_erased_or_between)
{
    unsigned old = 0;
    unsigned erased = 0;
    unsigned between = 0;

    for (uint64_t seed = 0; seed < 20; seed++) {
        start_erase();
        rng_init(&flash.rng, seed, "words");
        cr_assert_eq(cut(FLASH_FORM_ERASE_WORDS, 500), FLASH_FORM_ERASE_WORDS);
        count_words(&old, &erased, &between);
        expect_torn_erase();
    }
    cr_expect(old > 500 && erased > 500 && between > 500, "%u %u %u", old,
              erased, between);
}

static void tear_drawn(uint32_t draw, uint8_t *left)
{
    start_erase();
    (void)rng_next(&flash.rng); /* another one each time */
    struct rng own = flash.rng;

    cr_assert_eq(flash_tear_drawn(&flash, now + 1, FLASH_FORM_ERASE_WORDS, 0,
                                  draw),
                 FLASH_FORM_ERASE_WORDS);
    cr_expect_eq(flash.rng.state, own.state);
    memcpy(left, flash.array + SECTOR(2), FLASH_SECTOR);
}

Test(flash, a_draw_says_what_is_torn)
{
    static uint8_t left[3][FLASH_SECTOR];

    tear_drawn(1, left[0]);
    tear_drawn(2, left[1]);
    tear_drawn(1, left[2]);
    cr_expect_arr_eq(left[0], left[2], FLASH_SECTOR);
    cr_expect_arr_neq(left[0], left[1], FLASH_SECTOR);
}

Test(flash, torn_erase_weak_is_all_ones_but_not_erased)
{
    start_erase();
    cr_assert_eq(cut(FLASH_FORM_ERASE_WEAK, 950), FLASH_FORM_ERASE_WEAK);
    cr_assert(looks(after));
    expect_torn_erase();
}

/* ---- forms: choice and names ---- */

static bool fits_program(enum flash_form form)
{
    return form >= FLASH_FORM_BEFORE && form <= FLASH_FORM_DISTURB;
}

static bool fits_erase(enum flash_form form)
{
    return form == FLASH_FORM_BEFORE || form == FLASH_FORM_AFTER ||
           form >= FLASH_FORM_ERASE_ZEROS;
}

Test(flash, forms_lists_those_that_fit)
{
    enum flash_form list[FLASH_FORM_COUNT];

    cr_assert_eq(flash_forms(FLASH_PROGRAM, list), 7);
    for (unsigned i = 0; i < 7; i++) {
        cr_expect(fits_program(list[i]));
    }
    cr_assert_eq(flash_forms(FLASH_ERASE, list), 7);
    for (unsigned i = 0; i < 7; i++) {
        cr_expect(fits_erase(list[i]));
    }
    cr_assert_eq(flash_forms(FLASH_IDLE, list), 0);
}

/* AUTO and forms of the other kind: over many seeds and places every fitting
 * form comes up, and nothing else. */
static void expect_choice(void (*start)(void), enum flash_form asked,
                          bool (*fits)(enum flash_form), unsigned kinds)
{
    unsigned seen[FLASH_FORM_COUNT] = {0};
    unsigned distinct = 0;

    for (uint32_t i = 0; i < 400; i++) {
        start();
        rng_init(&flash.rng, i, "choice");
        enum flash_form used = cut(asked, i * 1000 / 400);
        cr_assert(fits(used), "%s", flash_form_name(used));
        seen[used]++;
    }
    for (unsigned i = 0; i < FLASH_FORM_COUNT; i++) {
        distinct += seen[i] > 0;
    }
    cr_assert_eq(distinct, kinds);
}

Test(flash, auto_takes_a_fitting_form_from_the_stream)
{
    expect_choice(start_program, FLASH_FORM_AUTO, fits_program, 7);
    expect_choice(start_erase, FLASH_FORM_AUTO, fits_erase, 6);
}

Test(flash, a_form_that_does_not_fit_counts_as_auto)
{
    expect_choice(start_program, FLASH_FORM_ERASE_MIX, fits_program, 7);
    expect_choice(start_erase, FLASH_FORM_BITS, fits_erase, 6);
    expect_choice(start_erase, FLASH_FORM_COUNT, fits_erase, 6);
}

Test(flash, auto_goes_by_how_far_the_operation_was)
{
    for (uint64_t seed = 0; seed < 60; seed++) {
        start_erase();
        rng_init(&flash.rng, seed, "early");
        enum flash_form early = cut(FLASH_FORM_AUTO, 100);
        cr_expect_eq(early, FLASH_FORM_ERASE_ZEROS);
        start_erase();
        rng_init(&flash.rng, seed, "late");
        enum flash_form late = cut(FLASH_FORM_AUTO, 940);
        cr_expect_eq(late, FLASH_FORM_ERASE_WEAK);
    }
}

Test(flash, done_is_the_share_of_time)
{
    cr_assert_eq(flash_done(&flash, now), 0);
    cr_assert_eq(flash_erase(&flash, now, 0), FLASH_RULE_NONE);
    cr_assert_eq(flash_done(&flash, now - 1), 0);
    cr_assert_eq(flash_done(&flash, now), 0);
    cr_assert_eq(flash_done(&flash, now + ERASE_NS / 4), 250);
    cr_assert_eq(flash_done(&flash, now + ERASE_NS - 1), 999);
    cr_assert_eq(flash_done(&flash, now + ERASE_NS), 1000);
}

Test(flash, names_lead_back_to_their_forms)
{
    for (int form = 0; form < FLASH_FORM_COUNT; form++) {
        const char *name = flash_form_name((enum flash_form)form);
        cr_expect_eq(flash_form_find(name), form, "%s", name);
    }
    cr_expect_eq(flash_form_find("erase-mixx"), -1);
    cr_expect_eq(flash_form_find(""), -1);
    cr_expect_str_eq(flash_form_name(FLASH_FORM_COUNT), "?");
    cr_expect_str_eq(flash_rule_name(FLASH_RULE_BIT_RISE), "bit-rise");
    cr_expect_str_eq(flash_rule_name((enum flash_rule)99), "?");
}

/* ---- taint ---- */

Test(flash, only_a_completed_erase_cures_taint)
{
    start_program();
    cut(FLASH_FORM_WEAK, 500);
    fill(AT, 0x00, 4);
    cr_assert(taints_are(AT, 4, FLASH_TORN_PROGRAM), "not by a program");
    cr_assert_eq(flash_erase(&flash, now, SECTOR(2)), FLASH_RULE_NONE);
    cut(FLASH_FORM_ERASE_WEAK, 950);
    cr_assert(taints_are(AT, 4, FLASH_TORN_ERASE), "not by a torn erase");
    erase(SECTOR(2));
    cr_assert(taints_are(SECTOR(2), FLASH_SECTOR, FLASH_CLEAN));
}

Test(flash, a_torn_program_covers_the_words_it_touches_in_part)
{
    const uint8_t data[6] = {0};

    cr_assert_eq(program(0x103, data, 6), FLASH_RULE_NONE);
    cut(FLASH_FORM_PREFIX, 0);
    cr_assert(all_are(0x100, 0xFF, 16), "it reached none of them");
    cr_assert(taints_are(0x100, 12, FLASH_TORN_PROGRAM));
    cr_assert_eq(flash.taint[0x0FC / 4], FLASH_CLEAN);
    cr_assert_eq(flash.taint[0x10C / 4], FLASH_CLEAN);
}

Test(flash, a_torn_program_does_not_make_a_torn_erase_better)
{
    const uint8_t data[4] = {0};

    start_erase();
    cut(FLASH_FORM_ERASE_WEAK, 950);
    cr_assert_eq(program(SECTOR(2), data, 4), FLASH_RULE_TORN_ERASE);
    cut(FLASH_FORM_WEAK, 500);
    cr_assert(taints_are(SECTOR(2), FLASH_SECTOR, FLASH_TORN_ERASE));
}

/* 1024 words programmed: about a quarter of them get one wrong bit. */
Test(flash, programs_on_a_torn_erase_give_wrong_bits)
{
    uint8_t data[FLASH_PAGE];
    unsigned wrong = 0;

    memset(data, 0xA5, sizeof(data));
    start_erase();
    cut(FLASH_FORM_ERASE_WEAK, 950);
    for (uint32_t page = 0; page < FLASH_SECTOR; page += FLASH_PAGE) {
        cr_assert_eq(program(SECTOR(2) + page, data, FLASH_PAGE),
                     FLASH_RULE_TORN_ERASE);
        finish();
    }
    for (uint32_t i = 0; i < FLASH_SECTOR; i++) {
        uint8_t is = flash.array[SECTOR(2) + i];
        cr_assert_eq(is & (uint8_t)~0xA5, 0);
        wrong += is != 0xA5;
    }
    cr_assert(wrong > 64 && wrong < 256, "%u", wrong);
    erase(SECTOR(2));
    fill(SECTOR(2), 0xA5, FLASH_PAGE);
    cr_assert(all_are(SECTOR(2), 0xA5, FLASH_PAGE), "erasing cures it");
}

Test(flash, range_taint_is_the_worst_inside_the_range)
{
    flash.taint[5] = FLASH_TORN_PROGRAM;
    flash.taint[SIZE / 4 - 1] = FLASH_TORN_ERASE;
    cr_expect_eq(flash_range_taint(&flash, 0, 20), FLASH_CLEAN);
    cr_expect_eq(flash_range_taint(&flash, 0, 21), FLASH_TORN_PROGRAM);
    cr_expect_eq(flash_range_taint(&flash, 23, 1), FLASH_TORN_PROGRAM);
    cr_expect_eq(flash_range_taint(&flash, 24, 100), FLASH_CLEAN);
    cr_expect_eq(flash_range_taint(&flash, 0, SIZE), FLASH_TORN_ERASE);
    cr_expect_eq(flash_range_taint(&flash, SIZE - 1, UINT32_MAX),
                 FLASH_TORN_ERASE);
    cr_expect_eq(flash_range_taint(&flash, 20, 0), FLASH_CLEAN);
    cr_expect_eq(flash_range_taint(&flash, SIZE, 4), FLASH_CLEAN);
}

/* ---- planted faults ---- */

Test(flash, a_reported_failure_is_half_done_tainted_and_told)
{
    start_program();
    flash.op.fault = FLASH_FAULT_REPORTED;
    finish();
    cr_assert(flash.last_failed);
    cr_assert_not(looks(before));
    cr_assert_not(looks(after));
    expect_torn_program();

    start_erase();
    flash.op.fault = FLASH_FAULT_REPORTED;
    finish();
    cr_assert(flash.last_failed);
    cr_assert_not(looks(before));
    cr_assert_not(looks(after));
    expect_torn_erase();
}

Test(flash, an_ignored_operation_changes_and_says_nothing)
{
    start_program();
    flash.op.fault = FLASH_FAULT_IGNORED;
    finish();
    cr_assert(looks(before) && taints_are(0, SIZE, FLASH_CLEAN));
    cr_assert_not(flash.last_failed);

    start_erase();
    flash.taint[SECTOR(2) / 4] = FLASH_TORN_PROGRAM;
    flash.op.fault = FLASH_FAULT_IGNORED;
    finish();
    cr_assert(looks(before));
    cr_assert_eq(flash.taint[SECTOR(2) / 4], FLASH_TORN_PROGRAM,
                 "nothing was cured");
    cr_assert_eq(flash.erase_count[WEAR(2)], 0);

    start_program();
    flash.op.fault = FLASH_FAULT_IGNORED;
    cr_assert_eq(cut(FLASH_FORM_BITS, 500), FLASH_FORM_BEFORE);
    cr_assert(looks(before));
}

Test(flash, a_brown_out_that_does_not_reset_is_silently_wrong)
{
    start_program();
    flash.op.fault = FLASH_FAULT_WRONG;
    finish();
    cr_assert_not(flash.last_failed);
    cr_assert_not(looks(after));
    expect_torn_program();
}

Test(flash, a_planted_fault_meets_the_next_operation_and_no_other)
{
    fill(0, 0x00, 1);
    flash.fail_next = FLASH_FAULT_IGNORED;
    const uint8_t zero = 0;
    cr_assert_eq(program(0, &zero, 0), FLASH_RULE_RANGE);
    cr_assert_eq(flash.fail_next, FLASH_FAULT_IGNORED, "refused: not yet");
    fill(1, 0x00, 1);
    cr_assert_eq(flash.fail_next, FLASH_FAULT_NONE);
    fill(2, 0x00, 1);
    cr_assert(flash.array[0] == 0 && flash.array[1] == 0xFF &&
              flash.array[2] == 0);
}

Test(flash, a_flip_changes_one_bit)
{
    cr_assert_eq(flash_flip(&flash, 77, 3), 0);
    cr_assert_eq(flash.array[77], 0xF7);
    cr_assert_eq(flash_flip(&flash, 77, 3), 0);
    cr_assert(all_are(0, 0xFF, SIZE) && taints_are(0, SIZE, FLASH_CLEAN));
    cr_assert_eq(flash_flip(&flash, SIZE, 0), -1);
    cr_assert_eq(flash_flip(&flash, 0, 8), -1);
}

/* ---- determinism ---- */

Test(flash, random_numbers_are_drawn_only_when_needed)
{
    uint64_t state = flash.rng.state;

    fill(0, 0x12, 64);
    erase(0);
    erase(SECTOR(1));
    flash_power_cut(&flash, now, FLASH_FORM_AUTO);
    start_program();
    cut(FLASH_FORM_PREFIX, 500);
    start_erase();
    cut(FLASH_FORM_ERASE_ZEROS, 500);
    cr_assert_eq(flash.rng.state, state);
    start_erase();
    cut(FLASH_FORM_ERASE_MIX, 500);
    cr_assert_neq(flash.rng.state, state);
}

Test(flash, seeds_decide_and_clones_agree)
{
    uint64_t hashes[3];

    for (unsigned i = 0; i < 3; i++) {
        start_program();
        rng_init(&flash.rng, i / 2, "flash");
        other = flash;
        cut(FLASH_FORM_BITS, 500);
        hashes[i] = flash_hash(&flash);
        flash_power_cut(&other, now, FLASH_FORM_BITS);
        cr_expect_eq(flash_hash(&other), hashes[i], "a clone goes on alike");
    }
    cr_assert_eq(hashes[0], hashes[1], "the same seed, the same bytes");
    cr_assert_neq(hashes[0], hashes[2], "another seed, others");
}

Test(flash, the_hash_covers_array_and_taint)
{
    uint64_t blank = flash_hash(&flash);

    flash.erase_count[WEAR(0)] = 9;
    cr_assert_eq(flash_hash(&flash), blank, "wear is not in it");
    flash.taint[SIZE / 4 - 1] = FLASH_TORN_PROGRAM;
    flash.summed[SIZE / FLASH_BLOCK - 1] = 0; /* as whoever changes it does */
    cr_assert_neq(flash_hash(&flash), blank);
    flash.taint[SIZE / 4 - 1] = FLASH_CLEAN;
    flash.summed[SIZE / FLASH_BLOCK - 1] = 0;
    cr_assert_eq(flash_hash(&flash), blank);
    cr_assert_eq(flash_flip(&flash, SIZE - 1, 7), 0);
    cr_assert_neq(flash_hash(&flash), blank);
}
