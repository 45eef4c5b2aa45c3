/* SPDX-License-Identifier: MIT */
#include "base/quantity.h"

#include <criterion/criterion.h>
#include <stdio.h>

struct row {
    const char *text;
    enum quantity_result result;
    uint64_t value;
};

#define UNTOUCHED UINT64_C(0xDEADBEEF)

static void check(const struct row *rows, size_t count,
                  enum quantity_result (*read)(const char *text, uint64_t *out))
{
    for (size_t i = 0; i < count; i++) {
        uint64_t value = UNTOUCHED;
        enum quantity_result result = read(rows[i].text, &value);

        cr_expect_eq(result, rows[i].result, "'%s' gives %d", rows[i].text,
                     (int)result);
        cr_expect_eq(value, result == QUANTITY_OK ? rows[i].value : UNTOUCHED,
                     "'%s' is %llu", rows[i].text, (unsigned long long)value);
    }
}

#define CHECK(rows, read) check(rows, sizeof rows / sizeof rows[0], read)

Test(quantity, times)
{
    static const struct row rows[] = {
        {"0ns", QUANTITY_OK, 0},
        {"45ms", QUANTITY_OK, 45000000},
        {"12.5ms", QUANTITY_OK, 12500000},
        {"0.000001ms", QUANTITY_OK, 1},
        {"1.500s", QUANTITY_OK, 1500000000},
        {"2min", QUANTITY_OK, UINT64_C(120000000000)},
        {"0.5min", QUANTITY_OK, UINT64_C(30000000000)},
        {"1h", QUANTITY_OK, UINT64_C(3600000000000)},
        {"18446744073s", QUANTITY_OK, UINT64_C(18446744073000000000)},
        {"18446744073.7s", QUANTITY_OK, UINT64_C(18446744073700000000)},
        {"18446744073.8s", QUANTITY_TOO_BIG, 0},
        {"18446744074s", QUANTITY_TOO_BIG, 0},
        {"99999999999999999999s", QUANTITY_TOO_BIG, 0},
        {"45", QUANTITY_NO_UNIT, 0},
        {"4.5", QUANTITY_NO_UNIT, 0},
        {"45 ms", QUANTITY_UNIT, 0},
        {"45sec", QUANTITY_UNIT, 0},
        {"45MS", QUANTITY_UNIT, 0},
        {"1.5ns", QUANTITY_FRACTION, 0},
        {"0.0000001ms", QUANTITY_FRACTION, 0},
        {"4.ms", QUANTITY_BAD, 0},
        {".5ms", QUANTITY_BAD, 0},
        {"-1ms", QUANTITY_BAD, 0},
        {"", QUANTITY_BAD, 0},
        {"ms", QUANTITY_BAD, 0},
    };

    CHECK(rows, quantity_time);
}

Test(quantity, sizes)
{
    static const struct row rows[] = {
        {"0x200", QUANTITY_OK, 0x200},
        {"0xFf", QUANTITY_OK, 0xFF},
        {"512B", QUANTITY_OK, 512},
        {"4KiB", QUANTITY_OK, 4096},
        {"0.5KiB", QUANTITY_FRACTION, 0},
        {"2MiB", QUANTITY_OK, 2097152},
        {"512", QUANTITY_NO_UNIT, 0},
        {"4KB", QUANTITY_UNIT, 0},
        {"0x", QUANTITY_BAD, 0},
        {"0x2g", QUANTITY_BAD, 0},
        {"0X20", QUANTITY_UNIT, 0},
        {"0x10000000000000000", QUANTITY_TOO_BIG, 0},
    };

    CHECK(rows, quantity_size);
}

Test(quantity, shares)
{
    static const struct row rows[] = {
        {"0%", QUANTITY_OK, 0},          {"40%", QUANTITY_OK, 400},
        {"12.5%", QUANTITY_OK, 125},     {"100%", QUANTITY_OK, 1000},
        {"100.1%", QUANTITY_TOO_BIG, 0}, {"12.55%", QUANTITY_FRACTION, 0},
        {"40", QUANTITY_NO_UNIT, 0},     {"%", QUANTITY_BAD, 0},
    };

    CHECK(rows, quantity_share);
}

Test(quantity, chances)
{
    static const struct row rows[] = {
        {"0%", QUANTITY_OK, 0},
        {"2%", QUANTITY_OK, 20000},
        {"0.5%", QUANTITY_OK, 5000},
        {"0.0001%", QUANTITY_OK, 1},
        {"100%", QUANTITY_OK, 1000000},
        {"100.0001%", QUANTITY_TOO_BIG, 0},
        {"0.00001%", QUANTITY_FRACTION, 0},
        {"2", QUANTITY_NO_UNIT, 0},
        {"2ppm", QUANTITY_UNIT, 0},
    };

    CHECK(rows, quantity_chance);
}

Test(quantity, rates)
{
    static const struct row rows[] = {
        {"1bit/s", QUANTITY_OK, 1},
        {"60kbit/s", QUANTITY_OK, 60000},
        {"15.6kbit/s", QUANTITY_OK, 15600},
        {"1.5Mbit/s", QUANTITY_OK, 1500000},
        {"0.0005kbit/s", QUANTITY_FRACTION, 0},
        {"60", QUANTITY_NO_UNIT, 0},
        {"60kbit", QUANTITY_UNIT, 0},
        {"60KiB/s", QUANTITY_UNIT, 0},
        {"60Kbit/s", QUANTITY_UNIT, 0},
        {"kbit/s", QUANTITY_BAD, 0},
        {"20000000000000Mbit/s", QUANTITY_TOO_BIG, 0},
    };

    CHECK(rows, quantity_rate);
}

Test(quantity, energies_and_resistances)
{
    static const struct row energies[] = {
        {"500J", QUANTITY_OK, 500000000},
        {"0.5mJ", QUANTITY_OK, 500},
        {"7uJ", QUANTITY_OK, 7},
        {"40mWh", QUANTITY_OK, 144000000},
        {"2.5Wh", QUANTITY_OK, UINT64_C(9000000000)},
        {"1kWh", QUANTITY_UNIT, 0},
        {"2.5kJ", QUANTITY_OK, UINT64_C(2500000000)},
        {"0.0000001J", QUANTITY_FRACTION, 0},
        {"500", QUANTITY_NO_UNIT, 0},
        {"500MJ", QUANTITY_UNIT, 0},
    };
    static const struct row ohms[] = {
        {"2000mohm", QUANTITY_OK, 2000},     {"2.5ohm", QUANTITY_OK, 2500},
        {"0.0005ohm", QUANTITY_FRACTION, 0}, {"2", QUANTITY_NO_UNIT, 0},
        {"2Ohm", QUANTITY_UNIT, 0},
    };

    CHECK(energies, quantity_energy);
    CHECK(ohms, quantity_ohms);
}

Test(quantity, numbers)
{
    static const struct row rows[] = {
        {"0", QUANTITY_OK, 0},
        {"7", QUANTITY_OK, 7},
        {"0x1F", QUANTITY_OK, 31},
        {"18446744073709551615", QUANTITY_OK, UINT64_MAX},
        {"18446744073709551616", QUANTITY_TOO_BIG, 0},
        {"010", QUANTITY_BAD, 0},
        {"-1", QUANTITY_BAD, 0},
        {"+1", QUANTITY_BAD, 0},
        {"1.0", QUANTITY_BAD, 0},
        {"1 ", QUANTITY_BAD, 0},
        {"", QUANTITY_BAD, 0},
    };

    CHECK(rows, quantity_number);
}

Test(quantity, data)
{
    static const struct row rows[] = {
        {"500kB", QUANTITY_OK, 500000},
        {"500KB", QUANTITY_OK, 500000},
        {"1.5MB", QUANTITY_OK, 1500000},
        {"2GB", QUANTITY_OK, 2000000000},
        {"500KiB", QUANTITY_OK, 512000},
        {"1MiB", QUANTITY_OK, 1048576},
        {"12B", QUANTITY_OK, 12},
        {"4096", QUANTITY_OK, 4096},
        {"0x1000", QUANTITY_OK, 4096},
        {"1.5", QUANTITY_NO_UNIT, 0},
        {"500kb", QUANTITY_UNIT, 0},
        {"0.5B", QUANTITY_FRACTION, 0},
        {"18446744074GB", QUANTITY_TOO_BIG, 0},
        {"", QUANTITY_BAD, 0},
    };

    CHECK(rows, quantity_data);
}

Test(quantity, money)
{
    static const struct row rows[] = {
        {"200", QUANTITY_OK, 200000000},
        {"$200", QUANTITY_OK, 200000000},
        {"0.5", QUANTITY_OK, 500000},
        {"$0.000001", QUANTITY_OK, 1},
        {"0.0000001", QUANTITY_FRACTION, 0},
        {"18446744073710", QUANTITY_TOO_BIG, 0},
        {"200$", QUANTITY_UNIT, 0},
        {"1,000", QUANTITY_UNIT, 0},
        {"-1", QUANTITY_BAD, 0},
        {"$", QUANTITY_BAD, 0},
        {"1.", QUANTITY_BAD, 0},
    };

    CHECK(rows, quantity_money);
}
