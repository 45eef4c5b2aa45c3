/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <string.h>

#include "device/otp.h"

#define BURN_NS 50000u

static struct otp otp;

static void setup(void)
{
    otp_init(&otp, BURN_NS, 7);
}

TestSuite(otp, .init = setup);

static uint32_t burned_bits(void)
{
    uint32_t count = 0;

    for (uint32_t bit = 0; bit < OTP_BITS; bit++) {
        count += otp_get(&otp, bit);
    }
    return count;
}

Test(otp, a_burn_takes_effect_at_its_end)
{
    cr_assert_eq(burned_bits(), 0);
    cr_assert_eq(otp_burn(&otp, 100, 33), OTP_RULE_NONE);
    cr_assert(otp.busy);
    cr_assert_eq(otp.end_ns, 100 + BURN_NS);
    cr_assert_not(otp_advance(&otp, otp.end_ns - 1));
    cr_assert_eq(burned_bits(), 0);
    cr_assert(otp_advance(&otp, otp.end_ns));
    cr_assert_eq(burned_bits(), 1);
    cr_assert_eq(otp.words[1], 2);
    cr_assert_not(otp.busy);
    cr_assert_not(otp_advance(&otp, UINT64_MAX));
    cr_assert_eq(otp.burns, 1);
}

Test(otp, rules)
{
    cr_expect_eq(otp_burn(&otp, 0, OTP_BITS), OTP_RULE_RANGE);
    cr_expect_eq(otp_burn(&otp, 0, UINT32_MAX), OTP_RULE_RANGE);
    cr_expect_eq(otp_burn(&otp, 0, OTP_BITS - 1), OTP_RULE_NONE);
    cr_expect_eq(otp_burn(&otp, 0, 0), OTP_RULE_BUSY);
    cr_expect_eq(otp.bit, OTP_BITS - 1);
    cr_expect(otp_advance(&otp, BURN_NS));
    cr_expect_eq(otp_burn(&otp, BURN_NS, OTP_BITS - 1), OTP_RULE_BURNED);
    cr_expect_not(otp.busy);
    otp.locked = true;
    cr_expect_eq(otp_burn(&otp, BURN_NS, 1), OTP_RULE_LOCKED);
    otp_warm_reset(&otp);
    cr_expect_eq(otp_burn(&otp, BURN_NS, 1), OTP_RULE_NONE);
}

Test(otp, a_warm_reset_unlocks_and_lets_the_burn_go_on)
{
    cr_assert_eq(otp_burn(&otp, 0, 5), OTP_RULE_NONE);
    otp.locked = true;
    otp_warm_reset(&otp);
    cr_assert(otp.busy && !otp.locked);
    cr_assert(otp_advance(&otp, BURN_NS));
    cr_assert(otp_get(&otp, 5));
}

static enum otp_form cut(uint32_t bit, enum otp_form form)
{
    cr_assert_eq(otp_burn(&otp, 0, bit), OTP_RULE_NONE);
    enum otp_form used = otp_power_cut(&otp, BURN_NS / 2, form);
    cr_assert_not(otp.busy);
    otp_power_on(&otp);
    return used;
}

Test(otp, torn_before_and_after)
{
    cr_assert_eq(cut(1, OTP_FORM_BEFORE), OTP_FORM_BEFORE);
    cr_assert_not(otp_get(&otp, 1));
    cr_assert_eq(cut(1, OTP_FORM_AFTER), OTP_FORM_AFTER);
    cr_assert(otp_get(&otp, 1));
    cr_assert_eq(otp.weak[0], 0);
}

Test(otp, a_cut_completes_what_was_due_and_unlocks)
{
    otp.locked = true;
    cr_assert_eq(otp_power_cut(&otp, 0, OTP_FORM_AUTO), OTP_FORM_BEFORE);
    cr_assert_not(otp.locked);
    cr_assert_eq(otp_burn(&otp, 0, 9), OTP_RULE_NONE);
    cr_assert_eq(otp_power_cut(&otp, BURN_NS, OTP_FORM_WEAK), OTP_FORM_BEFORE);
    cr_assert(otp_get(&otp, 9));
    cr_assert_eq(otp.weak[0], 0);
}

Test(otp, a_weak_bit_reads_burned_once_and_drops_at_the_second_power_up)
{
    cr_assert_eq(cut(40, OTP_FORM_WEAK), OTP_FORM_WEAK);
    cr_assert(otp_get(&otp, 40));
    cr_assert_eq(otp.weak[1], 1u << 8);
    cr_assert_eq(otp_burn(&otp, 0, 40), OTP_RULE_BURNED);
    otp_warm_reset(&otp);
    cr_assert(otp_get(&otp, 40), "a warm reset is no power-up");
    otp_power_on(&otp);
    cr_assert_not(otp_get(&otp, 40));
    cr_assert_eq(otp.weak[1], 0);
    cr_assert_eq(otp.weak_boots, 0);

    cr_assert_eq(otp_burn(&otp, 0, 40), OTP_RULE_NONE);
    cr_assert(otp_advance(&otp, BURN_NS));
    otp_power_on(&otp);
    otp_power_on(&otp);
    cr_assert(otp_get(&otp, 40), "a whole burn stays");
}

Test(otp, an_older_weak_bit_drops_no_later_for_a_newer_one)
{
    cut(1, OTP_FORM_WEAK);
    cut(2, OTP_FORM_WEAK);
    cr_assert_not(otp_get(&otp, 1));
    cr_assert(otp_get(&otp, 2));
    otp_power_on(&otp);
    cr_assert_not(otp_get(&otp, 2));
}

Test(otp, only_weak_bits_drop)
{
    otp_set(&otp, 1);
    cut(2, OTP_FORM_WEAK);
    otp_power_on(&otp);
    otp_power_on(&otp);
    cr_assert(otp_get(&otp, 1));
    cr_assert_eq(burned_bits(), 1);
}

Test(otp, auto_takes_each_form_and_the_stream_only_when_busy)
{
    unsigned seen[OTP_FORM_COUNT] = {0};

    for (uint64_t seed = 0; seed < 60; seed++) {
        otp_init(&otp, BURN_NS, seed);
        uint64_t state = otp.rng.state;
        otp_power_cut(&otp, 0, OTP_FORM_AUTO);
        cr_assert_eq(otp.rng.state, state);
        seen[cut(3, OTP_FORM_AUTO)]++;
    }
    cr_assert_eq(seen[OTP_FORM_AUTO], 0);
    cr_assert(seen[OTP_FORM_BEFORE] > 5 && seen[OTP_FORM_AFTER] > 5 &&
              seen[OTP_FORM_WEAK] > 5);
}

Test(otp, unary_value_is_the_highest_burned_bit)
{
    cr_assert_eq(otp_unary(&otp, OTP_COUNTER_BIT, OTP_COUNTER_BITS), 0);
    for (uint32_t i = 0; i < 40; i++) {
        otp_set(&otp, OTP_COUNTER_BIT + i);
    }
    cr_assert_eq(otp_unary(&otp, OTP_COUNTER_BIT, OTP_COUNTER_BITS), 40);
    otp_set(&otp, OTP_COUNTER_BIT + 41); /* above a gap */
    cr_assert_eq(otp_unary(&otp, OTP_COUNTER_BIT, OTP_COUNTER_BITS), 42);
    otp_set(&otp, OTP_COUNTER_BIT + 40);
    cr_assert_eq(otp_unary(&otp, OTP_COUNTER_BIT, OTP_COUNTER_BITS), 42);
    otp_set(&otp, OTP_COUNTER_BIT + OTP_COUNTER_BITS - 1);
    cr_assert_eq(otp_unary(&otp, OTP_COUNTER_BIT, OTP_COUNTER_BITS),
                 OTP_COUNTER_BITS);
    cr_assert_eq(otp_unary(&otp, OTP_COUNTER_BIT, 10), 10);
    cr_assert_not(otp_get(&otp, OTP_BITS));
    otp_set(&otp, OTP_BITS); /* nothing there */
}

Test(otp, names)
{
    for (int form = 0; form < OTP_FORM_COUNT; form++) {
        cr_expect_eq(otp_form_find(otp_form_name((enum otp_form)form)), form);
    }
    cr_expect_eq(otp_form_find("weakly"), -1);
    cr_expect_str_eq(otp_rule_name(OTP_RULE_BURNED), "burned");
    cr_expect_str_eq(otp_rule_name((enum otp_rule)77), "?");
}
