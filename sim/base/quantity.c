/* SPDX-License-Identifier: MIT */
#include "base/quantity.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct unit {
    const char *name;
    uint64_t factor; /* in smallest units */
};

static const struct unit time_units[] = {
    {"ns", 1u},
    {"us", 1000u},
    {"ms", 1000u * 1000u},
    {"s", 1000u * 1000u * 1000u},
    {"min", UINT64_C(60) * 1000u * 1000u * 1000u},
    {"h", UINT64_C(3600) * 1000u * 1000u * 1000u},
    {NULL, 0}};

static const struct unit size_units[] = {
    {"B", 1u}, {"KiB", 1024u}, {"MiB", 1024u * 1024u}, {NULL, 0}};

static const struct unit data_units[] = {{"B", 1u},
                                         {"kB", 1000u},
                                         {"KB", 1000u},
                                         {"MB", 1000u * 1000u},
                                         {"GB", 1000u * 1000u * 1000u},
                                         {"KiB", 1024u},
                                         {"MiB", 1024u * 1024u},
                                         {NULL, 0}};

static const struct unit share_units[] = {{"%", 10u}, {NULL, 0}};
static const struct unit chance_units[] = {{"%", 10000u}, {NULL, 0}};

static const struct unit rate_units[] = {
    {"bit/s", 1u}, {"kbit/s", 1000u}, {"Mbit/s", 1000u * 1000u}, {NULL, 0}};

static const struct unit energy_units[] = {{"uJ", 1u},
                                           {"mJ", 1000u},
                                           {"J", 1000u * 1000u},
                                           {"kJ", 1000u * 1000u * 1000u},
                                           {NULL, 0}};

/* Read, but not written. */
static const struct unit watt_hours[] = {{"mWh", 3600u * 1000u},
                                         {"Wh", UINT64_C(3600000000)},
                                         {NULL, 0}};

/* A price has no unit. */
static const struct unit money_units[] = {{"", 1000u * 1000u}, {NULL, 0}};

static const struct unit ohms_units[] = {{"mohm", 1u},
                                         {"ohm", 1000u},
                                         {NULL, 0}};

const char *const quantity_time_units = "ns, us, ms, s, min, h";
const char *const quantity_size_units = "B, KiB, MiB";
const char *const quantity_rate_units = "bit/s, kbit/s, Mbit/s";
const char *const quantity_energy_units = "uJ, mJ, J, kJ, mWh, Wh";
const char *const quantity_ohms_units = "mohm, ohm";

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* -1 if `c` is not a digit of that base. */
static int digit_of(char c, unsigned base)
{
    if (is_digit(c)) {
        return c - '0';
    }
    if (base == 16u && c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    if (base == 16u && c >= 'A' && c <= 'F') {
        return c - 'A' + 10;
    }
    return -1;
}

/* Read digits at *at; moves *at past them. */
enum quantity_result quantity_digits(const char **at, unsigned base,
                                     uint64_t *out)
{
    uint64_t value = 0;

    if (digit_of(**at, base) < 0) {
        return QUANTITY_BAD;
    }
    for (; digit_of(**at, base) >= 0; (*at)++) {
        unsigned digit = (unsigned)digit_of(**at, base);

        if (value > (UINT64_MAX - digit) / base) {
            return QUANTITY_TOO_BIG;
        }
        value = value * base + digit;
    }
    *out = value;
    return QUANTITY_OK;
}

/* Read a number in either base. "010" is refused: YAML readers differ on it. */
enum quantity_result quantity_whole(const char **at, uint64_t *out)
{
    if ((*at)[0] == '0' && (*at)[1] == 'x') {
        *at += 2;
        return quantity_digits(at, 16u, out);
    }
    if ((*at)[0] == '0' && is_digit((*at)[1])) {
        return QUANTITY_BAD;
    }
    return quantity_digits(at, 10u, out);
}

static const struct unit *unit_find(const struct unit *units, const char *name)
{
    for (; units->name != NULL; units++) {
        if (strcmp(units->name, name) == 0) {
            return units;
        }
    }
    return NULL;
}

/* The digits after the point, as a part of `factor`. */
static enum quantity_result fraction(const char *from, const char *to,
                                     uint64_t factor, uint64_t *out)
{
    uint64_t sum = 0;

    for (; from < to; from++) {
        if (factor % 10u != 0) {
            if (*from != '0') {
                return QUANTITY_FRACTION;
            }
            continue;
        }
        factor /= 10u;
        sum += factor * (uint64_t)(*from - '0');
    }
    *out = sum;
    return QUANTITY_OK;
}

/* "12.5ms": number, point and digits, unit, with no space in between. */
static enum quantity_result scaled(const char *text, const struct unit *units,
                                   uint64_t *out)
{
    const char *at = text;
    uint64_t number = 0;
    uint64_t rest = 0;
    enum quantity_result result = quantity_digits(&at, 10u, &number);

    if (result != QUANTITY_OK) {
        return result;
    }
    const char *from = at;

    if (*at == '.') {
        from = ++at;
        while (is_digit(*at)) {
            at++;
        }
        if (at == from) {
            return QUANTITY_BAD;
        }
    }
    const struct unit *unit = unit_find(units, at);

    if (unit == NULL) {
        return *at == '\0' ? QUANTITY_NO_UNIT : QUANTITY_UNIT;
    }
    if (number > UINT64_MAX / unit->factor) {
        return QUANTITY_TOO_BIG;
    }
    number *= unit->factor;
    result = fraction(from, at, unit->factor, &rest);
    if (result == QUANTITY_OK && rest > UINT64_MAX - number) {
        result = QUANTITY_TOO_BIG;
    }
    if (result == QUANTITY_OK) {
        *out = number + rest;
    }
    return result;
}

enum quantity_result quantity_time(const char *text, uint64_t *ns)
{
    return scaled(text, time_units, ns);
}

enum quantity_result quantity_size(const char *text, uint64_t *bytes)
{
    if (text[0] == '0' && text[1] == 'x') {
        return quantity_number(text, bytes);
    }
    return scaled(text, size_units, bytes);
}

enum quantity_result quantity_data(const char *text, uint64_t *bytes)
{
    enum quantity_result result = quantity_number(text, bytes);

    return result == QUANTITY_OK ? result : scaled(text, data_units, bytes);
}

enum quantity_result quantity_money(const char *text, uint64_t *microdollars)
{
    return scaled(text + (text[0] == '$' ? 1 : 0), money_units, microdollars);
}

/* Read a percentage, at most 100 %, in `units`. */
static enum quantity_result part(const char *text, const struct unit *units,
                                 uint64_t *out)
{
    uint64_t value = 0;
    enum quantity_result result = scaled(text, units, &value);

    if (result == QUANTITY_OK && value > 100u * units->factor) {
        return QUANTITY_TOO_BIG;
    }
    if (result == QUANTITY_OK) {
        *out = value;
    }
    return result;
}

enum quantity_result quantity_share(const char *text, uint64_t *thousandths)
{
    return part(text, share_units, thousandths);
}

enum quantity_result quantity_chance(const char *text, uint64_t *millionths)
{
    return part(text, chance_units, millionths);
}

enum quantity_result quantity_rate(const char *text, uint64_t *rate)
{
    return scaled(text, rate_units, rate);
}

enum quantity_result quantity_energy(const char *text, uint64_t *uj)
{
    enum quantity_result result = scaled(text, energy_units, uj);

    return result == QUANTITY_UNIT ? scaled(text, watt_hours, uj) : result;
}

enum quantity_result quantity_ohms(const char *text, uint64_t *mohm)
{
    return scaled(text, ohms_units, mohm);
}

enum quantity_result quantity_number(const char *text, uint64_t *number)
{
    const char *at = text;
    uint64_t value = 0;
    enum quantity_result result = quantity_whole(&at, &value);

    if (result == QUANTITY_OK && *at != '\0') {
        return QUANTITY_BAD;
    }
    if (result == QUANTITY_OK) {
        *number = value;
    }
    return result;
}

const char *quantity_text(enum quantity_unit unit, uint64_t value, char *out,
                          size_t size)
{
    static const struct unit *const units[QUANTITY_UNITS] = {
        [QUANTITY_TIME] = time_units,   [QUANTITY_SIZE] = size_units,
        [QUANTITY_SHARE] = share_units, [QUANTITY_CHANCE] = chance_units,
        [QUANTITY_RATE] = rate_units,   [QUANTITY_ENERGY] = energy_units,
        [QUANTITY_OHMS] = ohms_units,
    };
    const struct unit *best = units[unit];

    for (const struct unit *row = best; row->name != NULL; row++) {
        if (value != 0 && value % row->factor == 0) {
            best = row;
        }
    }
    uint64_t whole_units =
        value / best->factor + (value % best->factor != 0 ? 1u : 0u);

    snprintf(out, size, "%" PRIu64 "%s", whole_units, best->name);
    return out;
}
