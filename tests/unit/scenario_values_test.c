/* SPDX-License-Identifier: MIT */
#include "scenario/values.h"

#include <criterion/criterion.h>
#include <stdio.h>

struct row {
    const char *text;
    enum quantity_result result;
    uint64_t value;
};

Test(scenario_values, codes)
{
    static const struct row rows[] = {
        {"2.05", QUANTITY_OK, 69},     {"5.03", QUANTITY_OK, 163},
        {"0.00", QUANTITY_OK, 0},      {"7.31", QUANTITY_OK, 255},
        {"7.32", QUANTITY_TOO_BIG, 0}, {"8.00", QUANTITY_TOO_BIG, 0},
        {"2.5", QUANTITY_BAD, 0},      {"205", QUANTITY_BAD, 0},
        {"2.055", QUANTITY_BAD, 0},    {"", QUANTITY_BAD, 0},
        {"2", QUANTITY_BAD, 0},        {"2.", QUANTITY_BAD, 0},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint64_t value = 1;

        cr_expect_eq(value_code(rows[i].text, &value), rows[i].result, "'%s'",
                     rows[i].text);
        cr_expect(rows[i].result != QUANTITY_OK || value == rows[i].value,
                  "'%s'", rows[i].text);
    }
}

static void expect_range(const char *text, uint64_t low, uint64_t high)
{
    struct range range = {.set = false};

    cr_expect_eq(value_range(text, &range), QUANTITY_OK, "'%s'", text);
    cr_expect(range.set && range.low == low && range.high == high, "'%s'",
              text);
}

Test(scenario_values, ranges)
{
    expect_range("3", 3, 3);
    expect_range("0..3", 0, 3);
    expect_range("2..", 2, SCENARIO_RANGE_OPEN);
    expect_range("0x10..0x1F", 16, 31);
}

Test(scenario_values, wrong_ranges)
{
    static const struct row rows[] = {
        {"3..1", QUANTITY_BACKWARDS, 0},
        {"..3", QUANTITY_BAD, 0},
        {"0-3", QUANTITY_BAD, 0},
        {"0...3", QUANTITY_BAD, 0},
        {"0..3x", QUANTITY_BAD, 0},
        {"1,2", QUANTITY_BAD, 0},
        {"", QUANTITY_BAD, 0},
        {"0..99999999999999999999", QUANTITY_TOO_BIG, 0},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct range range = {.set = false};

        cr_expect_eq(value_range(rows[i].text, &range), rows[i].result, "'%s'",
                     rows[i].text);
        cr_expect_not(range.set, "'%s'", rows[i].text);
    }
}

Test(scenario_values, ranges_of_energies)
{
    static const struct {
        const char *text;
        int result;
        uint64_t low;
        uint64_t high;
    } rows[] = {
        {"0mWh..40mWh", QUANTITY_OK, 0, 144000000},
        {"1.5J", QUANTITY_OK, 1500000, 1500000},
        {"5J..", QUANTITY_OK, 5000000, SCENARIO_RANGE_OPEN},
        {"2J..1J", QUANTITY_BACKWARDS, 0, 0},
        {"..1J", QUANTITY_BAD, 0, 0},
        {"1J..2", QUANTITY_NO_UNIT, 0, 0},
        {"3..4mJ", QUANTITY_NO_UNIT, 0, 0},
        {"", QUANTITY_BAD, 0, 0},
        {"1J..2J..3J", QUANTITY_UNIT, 0, 0},
        {"11111111111111111111111111111111111J", QUANTITY_TOO_BIG, 0, 0},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct range range = {.set = false};

        cr_expect_eq(value_energies(rows[i].text, &range), rows[i].result,
                     "'%s'", rows[i].text);
        cr_expect(range.low == rows[i].low && range.high == rows[i].high,
                  "'%s'", rows[i].text);
    }
}

Test(scenario_values, versions)
{
    cr_expect_eq(value_version("1.2.0"), QUANTITY_OK);
    cr_expect_eq(value_version("255.255.65535+4294967295"), QUANTITY_OK);
    cr_expect_eq(value_version("256.0.0"), QUANTITY_TOO_BIG);
    cr_expect_eq(value_version("0.0.65536"), QUANTITY_TOO_BIG);
    cr_expect_eq(value_version("1.2.0+4294967296"), QUANTITY_TOO_BIG);
    cr_expect_eq(value_version("1.2"), QUANTITY_BAD);
    cr_expect_eq(value_version("1.2.0.1"), QUANTITY_BAD);
    cr_expect_eq(value_version("1.2.0-rc1"), QUANTITY_BAD);
    cr_expect_eq(value_version("1.2.0+"), QUANTITY_BAD);
    cr_expect_eq(value_version("v1.2.0"), QUANTITY_BAD);
}

static void expect_remedy(const char *text, const char *form)
{
    char remedy[100] = "";
    char wanted[100];

    snprintf(wanted, sizeof wanted,
             "comparisons are written as ranges; write %s", form);
    cr_expect(values_comparison(text, remedy, sizeof remedy), "'%s'", text);
    cr_expect_str_eq(remedy, wanted, "'%s': %s", text, remedy);
}

Test(scenario_values, comparisons_are_shown_as_ranges)
{
    char remedy[100];

    expect_remedy(">= 3", "3..");
    expect_remedy(">3", "4..");
    expect_remedy("<= 3", "0..3");
    expect_remedy("< 3", "0..2");
    expect_remedy("== 3", "3");
    expect_remedy("=3", "3");
    expect_remedy("!= 3", "2.. or 0..3");
    expect_remedy("< 0", "2.. or 0..3");
    cr_expect_not(values_comparison("3", remedy, sizeof remedy));
    cr_expect_not(values_comparison("> text", remedy, sizeof remedy));
    cr_expect_not(values_comparison("!", remedy, sizeof remedy));
}
