/* SPDX-License-Identifier: MIT */
#include "scenario/values.h"

#include <criterion/criterion.h>
#include <stdio.h>

struct row {
    const char *text;
    enum value_result result;
    uint64_t value;
};

#define UNTOUCHED UINT64_C(0xDEADBEEF)

static void check(const struct row *rows, size_t count,
                  enum value_result (*read)(const char *text, uint64_t *out))
{
    for (size_t i = 0; i < count; i++) {
        uint64_t value = UNTOUCHED;
        enum value_result result = read(rows[i].text, &value);

        cr_expect_eq(result, rows[i].result, "'%s' gives %d", rows[i].text,
                     (int)result);
        cr_expect_eq(value, result == VALUE_OK ? rows[i].value : UNTOUCHED,
                     "'%s' is %llu", rows[i].text, (unsigned long long)value);
    }
}

#define CHECK(rows, read) check(rows, sizeof rows / sizeof rows[0], read)

Test(scenario_values, times)
{
    static const struct row rows[] = {
        {"0ns", VALUE_OK, 0},
        {"45ms", VALUE_OK, 45000000},
        {"12.5ms", VALUE_OK, 12500000},
        {"0.000001ms", VALUE_OK, 1},
        {"1.500s", VALUE_OK, 1500000000},
        {"2min", VALUE_OK, UINT64_C(120000000000)},
        {"0.5min", VALUE_OK, UINT64_C(30000000000)},
        {"1h", VALUE_OK, UINT64_C(3600000000000)},
        {"18446744073s", VALUE_OK, UINT64_C(18446744073000000000)},
        {"18446744073.7s", VALUE_OK, UINT64_C(18446744073700000000)},
        {"18446744073.8s", VALUE_TOO_BIG, 0},
        {"18446744074s", VALUE_TOO_BIG, 0},
        {"99999999999999999999s", VALUE_TOO_BIG, 0},
        {"45", VALUE_NO_UNIT, 0},
        {"4.5", VALUE_NO_UNIT, 0},
        {"45 ms", VALUE_UNIT, 0},
        {"45sec", VALUE_UNIT, 0},
        {"45MS", VALUE_UNIT, 0},
        {"1.5ns", VALUE_FRACTION, 0},
        {"0.0000001ms", VALUE_FRACTION, 0},
        {"4.ms", VALUE_BAD, 0},
        {".5ms", VALUE_BAD, 0},
        {"-1ms", VALUE_BAD, 0},
        {"", VALUE_BAD, 0},
        {"ms", VALUE_BAD, 0},
    };

    CHECK(rows, value_time);
}

Test(scenario_values, sizes)
{
    static const struct row rows[] = {
        {"0x200", VALUE_OK, 0x200},
        {"0xFf", VALUE_OK, 0xFF},
        {"512B", VALUE_OK, 512},
        {"4KiB", VALUE_OK, 4096},
        {"0.5KiB", VALUE_FRACTION, 0},
        {"2MiB", VALUE_OK, 2097152},
        {"512", VALUE_NO_UNIT, 0},
        {"4KB", VALUE_UNIT, 0},
        {"0x", VALUE_BAD, 0},
        {"0x2g", VALUE_BAD, 0},
        {"0X20", VALUE_UNIT, 0},
        {"0x10000000000000000", VALUE_TOO_BIG, 0},
    };

    CHECK(rows, value_size);
}

Test(scenario_values, shares)
{
    static const struct row rows[] = {
        {"0%", VALUE_OK, 0},          {"40%", VALUE_OK, 400},
        {"12.5%", VALUE_OK, 125},     {"100%", VALUE_OK, 1000},
        {"100.1%", VALUE_TOO_BIG, 0}, {"12.55%", VALUE_FRACTION, 0},
        {"40", VALUE_NO_UNIT, 0},     {"%", VALUE_BAD, 0},
    };

    CHECK(rows, value_share);
}

Test(scenario_values, chances)
{
    static const struct row rows[] = {
        {"0%", VALUE_OK, 0},
        {"2%", VALUE_OK, 20000},
        {"0.5%", VALUE_OK, 5000},
        {"0.0001%", VALUE_OK, 1},
        {"100%", VALUE_OK, 1000000},
        {"100.0001%", VALUE_TOO_BIG, 0},
        {"0.00001%", VALUE_FRACTION, 0},
        {"2", VALUE_NO_UNIT, 0},
        {"2ppm", VALUE_UNIT, 0},
    };

    CHECK(rows, value_chance);
}

Test(scenario_values, rates)
{
    static const struct row rows[] = {
        {"1bit/s", VALUE_OK, 1},
        {"60kbit/s", VALUE_OK, 60000},
        {"15.6kbit/s", VALUE_OK, 15600},
        {"1.5Mbit/s", VALUE_OK, 1500000},
        {"0.0005kbit/s", VALUE_FRACTION, 0},
        {"60", VALUE_NO_UNIT, 0},
        {"60kbit", VALUE_UNIT, 0},
        {"60KiB/s", VALUE_UNIT, 0},
        {"60Kbit/s", VALUE_UNIT, 0},
        {"kbit/s", VALUE_BAD, 0},
        {"20000000000000Mbit/s", VALUE_TOO_BIG, 0},
    };

    CHECK(rows, value_rate);
}

Test(scenario_values, energies_and_resistances)
{
    static const struct row energies[] = {
        {"500J", VALUE_OK, 500000000},
        {"0.5mJ", VALUE_OK, 500},
        {"2.5kJ", VALUE_OK, UINT64_C(2500000000)},
        {"0.0000001J", VALUE_FRACTION, 0},
        {"500", VALUE_NO_UNIT, 0},
        {"500MJ", VALUE_UNIT, 0},
    };
    static const struct row ohms[] = {
        {"2000mohm", VALUE_OK, 2000},     {"2.5ohm", VALUE_OK, 2500},
        {"0.0005ohm", VALUE_FRACTION, 0}, {"2", VALUE_NO_UNIT, 0},
        {"2Ohm", VALUE_UNIT, 0},
    };

    CHECK(energies, value_energy);
    CHECK(ohms, value_ohms);
}

Test(scenario_values, codes)
{
    static const struct row rows[] = {
        {"2.05", VALUE_OK, 69},     {"5.03", VALUE_OK, 163},
        {"0.00", VALUE_OK, 0},      {"7.31", VALUE_OK, 255},
        {"7.32", VALUE_TOO_BIG, 0}, {"8.00", VALUE_TOO_BIG, 0},
        {"2.5", VALUE_BAD, 0},      {"205", VALUE_BAD, 0},
        {"2.055", VALUE_BAD, 0},    {"", VALUE_BAD, 0},
        {"2", VALUE_BAD, 0},        {"2.", VALUE_BAD, 0},
    };

    CHECK(rows, value_code);
}

Test(scenario_values, numbers)
{
    static const struct row rows[] = {
        {"0", VALUE_OK, 0},
        {"7", VALUE_OK, 7},
        {"0x1F", VALUE_OK, 31},
        {"18446744073709551615", VALUE_OK, UINT64_MAX},
        {"18446744073709551616", VALUE_TOO_BIG, 0},
        {"010", VALUE_BAD, 0},
        {"-1", VALUE_BAD, 0},
        {"+1", VALUE_BAD, 0},
        {"1.0", VALUE_BAD, 0},
        {"1 ", VALUE_BAD, 0},
        {"", VALUE_BAD, 0},
    };

    CHECK(rows, value_number);
}

static void expect_range(const char *text, uint64_t low, uint64_t high)
{
    struct range range = {.set = false};

    cr_expect_eq(value_range(text, &range), VALUE_OK, "'%s'", text);
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
        {"3..1", VALUE_BACKWARDS, 0},
        {"..3", VALUE_BAD, 0},
        {"0-3", VALUE_BAD, 0},
        {"0...3", VALUE_BAD, 0},
        {"0..3x", VALUE_BAD, 0},
        {"1,2", VALUE_BAD, 0},
        {"", VALUE_BAD, 0},
        {"0..99999999999999999999", VALUE_TOO_BIG, 0},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct range range = {.set = false};

        cr_expect_eq(value_range(rows[i].text, &range), rows[i].result, "'%s'",
                     rows[i].text);
        cr_expect_not(range.set, "'%s'", rows[i].text);
    }
}

Test(scenario_values, versions)
{
    cr_expect_eq(value_version("1.2.0"), VALUE_OK);
    cr_expect_eq(value_version("255.255.65535+4294967295"), VALUE_OK);
    cr_expect_eq(value_version("256.0.0"), VALUE_TOO_BIG);
    cr_expect_eq(value_version("0.0.65536"), VALUE_TOO_BIG);
    cr_expect_eq(value_version("1.2.0+4294967296"), VALUE_TOO_BIG);
    cr_expect_eq(value_version("1.2"), VALUE_BAD);
    cr_expect_eq(value_version("1.2.0.1"), VALUE_BAD);
    cr_expect_eq(value_version("1.2.0-rc1"), VALUE_BAD);
    cr_expect_eq(value_version("1.2.0+"), VALUE_BAD);
    cr_expect_eq(value_version("v1.2.0"), VALUE_BAD);
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
