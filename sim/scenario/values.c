/* SPDX-License-Identifier: MIT */
#include "scenario/values.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct unit {
    const char *name;
    uint64_t factor; /* how many of the smallest unit */
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

static const struct unit share_units[] = {{"%", 10u}, {NULL, 0}};
static const struct unit chance_units[] = {{"%", 10000u}, {NULL, 0}};

static const struct unit rate_units[] = {
    {"bit/s", 1u}, {"kbit/s", 1000u}, {"Mbit/s", 1000u * 1000u}, {NULL, 0}};

static const struct unit energy_units[] = {{"mJ", 1000u},
                                           {"J", 1000u * 1000u},
                                           {"kJ", 1000u * 1000u * 1000u},
                                           {NULL, 0}};

static const struct unit ohms_units[] = {{"mohm", 1u},
                                         {"ohm", 1000u},
                                         {NULL, 0}};

const char *const value_time_units = "ns, us, ms, s, min, h";
const char *const value_size_units = "B, KiB, MiB";
const char *const value_rate_units = "bit/s, kbit/s, Mbit/s";
const char *const value_energy_units = "mJ, J, kJ";
const char *const value_ohms_units = "mohm, ohm";

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* -1 when `c` is no digit of that base. */
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

/* Digits at *at; moves *at behind them. */
static enum value_result digits(const char **at, unsigned base, uint64_t *out)
{
    uint64_t value = 0;

    if (digit_of(**at, base) < 0) {
        return VALUE_BAD;
    }
    for (; digit_of(**at, base) >= 0; (*at)++) {
        unsigned digit = (unsigned)digit_of(**at, base);

        if (value > (UINT64_MAX - digit) / base) {
            return VALUE_TOO_BIG;
        }
        value = value * base + digit;
    }
    *out = value;
    return VALUE_OK;
}

/* A number in either base. "010" is refused: YAML readers differ on it. */
static enum value_result whole(const char **at, uint64_t *out)
{
    if ((*at)[0] == '0' && (*at)[1] == 'x') {
        *at += 2;
        return digits(at, 16u, out);
    }
    if ((*at)[0] == '0' && is_digit((*at)[1])) {
        return VALUE_BAD;
    }
    return digits(at, 10u, out);
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

/* The digits behind the point, as part of `factor`. */
static enum value_result fraction(const char *from, const char *to,
                                  uint64_t factor, uint64_t *out)
{
    uint64_t sum = 0;

    for (; from < to; from++) {
        if (factor % 10u != 0) {
            if (*from != '0') {
                return VALUE_FRACTION;
            }
            continue;
        }
        factor /= 10u;
        sum += factor * (uint64_t)(*from - '0');
    }
    *out = sum;
    return VALUE_OK;
}

/* "12.5ms": number, point and digits, unit without a space before it. */
static enum value_result scaled(const char *text, const struct unit *units,
                                uint64_t *out)
{
    const char *at = text;
    uint64_t number = 0;
    uint64_t rest = 0;
    enum value_result result = digits(&at, 10u, &number);

    if (result != VALUE_OK) {
        return result;
    }
    const char *from = at;

    if (*at == '.') {
        from = ++at;
        while (is_digit(*at)) {
            at++;
        }
        if (at == from) {
            return VALUE_BAD;
        }
    }
    if (*at == '\0') {
        return VALUE_NO_UNIT;
    }
    const struct unit *unit = unit_find(units, at);

    if (unit == NULL) {
        return VALUE_UNIT;
    }
    if (number > UINT64_MAX / unit->factor) {
        return VALUE_TOO_BIG;
    }
    number *= unit->factor;
    result = fraction(from, at, unit->factor, &rest);
    if (result == VALUE_OK && rest > UINT64_MAX - number) {
        result = VALUE_TOO_BIG;
    }
    if (result == VALUE_OK) {
        *out = number + rest;
    }
    return result;
}

enum value_result value_time(const char *text, uint64_t *ns)
{
    return scaled(text, time_units, ns);
}

enum value_result value_size(const char *text, uint64_t *bytes)
{
    if (text[0] == '0' && text[1] == 'x') {
        return value_number(text, bytes);
    }
    return scaled(text, size_units, bytes);
}

/* At most 100 % of `units`. */
static enum value_result part(const char *text, const struct unit *units,
                              uint64_t *out)
{
    uint64_t value = 0;
    enum value_result result = scaled(text, units, &value);

    if (result == VALUE_OK && value > 100u * units->factor) {
        return VALUE_TOO_BIG;
    }
    if (result == VALUE_OK) {
        *out = value;
    }
    return result;
}

enum value_result value_share(const char *text, uint64_t *thousandths)
{
    return part(text, share_units, thousandths);
}

enum value_result value_chance(const char *text, uint64_t *millionths)
{
    return part(text, chance_units, millionths);
}

enum value_result value_rate(const char *text, uint64_t *rate)
{
    return scaled(text, rate_units, rate);
}

enum value_result value_energy(const char *text, uint64_t *uj)
{
    return scaled(text, energy_units, uj);
}

enum value_result value_ohms(const char *text, uint64_t *mohm)
{
    return scaled(text, ohms_units, mohm);
}

/* A class, a point and two digits, as the standard writes them. */
enum value_result value_code(const char *text, uint64_t *code)
{
    if (!is_digit(text[0]) || text[1] != '.' || !is_digit(text[2]) ||
        !is_digit(text[3]) || text[4] != '\0') {
        return VALUE_BAD;
    }
    unsigned first = (unsigned)(text[0] - '0');
    unsigned detail =
        (unsigned)(text[2] - '0') * 10u + (unsigned)(text[3] - '0');

    if (first > 7u || detail > 31u) {
        return VALUE_TOO_BIG;
    }
    *code = first << 5 | detail;
    return VALUE_OK;
}

enum value_result value_number(const char *text, uint64_t *number)
{
    const char *at = text;
    uint64_t value = 0;
    enum value_result result = whole(&at, &value);

    if (result == VALUE_OK && *at != '\0') {
        return VALUE_BAD;
    }
    if (result == VALUE_OK) {
        *number = value;
    }
    return result;
}

enum value_result value_range(const char *text, struct range *range)
{
    struct range read = {.set = true};
    const char *at = text;
    enum value_result result = whole(&at, &read.low);

    if (result != VALUE_OK) {
        return result;
    }
    read.high = read.low;
    if (strcmp(at, "..") == 0) {
        read.high = SCENARIO_RANGE_OPEN;
    } else if (strncmp(at, "..", 2u) == 0) {
        at += 2;
        result = whole(&at, &read.high);
        if (result != VALUE_OK) {
            return result;
        }
        if (*at != '\0') {
            return VALUE_BAD;
        }
        if (read.high < read.low) {
            return VALUE_BACKWARDS;
        }
    } else if (*at != '\0') {
        return VALUE_BAD;
    }
    *range = read;
    return VALUE_OK;
}

enum value_result value_version(const char *text)
{
    static const uint64_t most[] = {255u, 255u, 65535u};
    const char *at = text;

    for (unsigned i = 0; i < 3u; i++) {
        uint64_t part = 0;
        enum value_result result = digits(&at, 10u, &part);

        if (result != VALUE_OK) {
            return result;
        }
        if (part > most[i]) {
            return VALUE_TOO_BIG;
        }
        if (i < 2u && *at++ != '.') {
            return VALUE_BAD;
        }
    }
    if (*at == '+') {
        uint64_t build = 0;

        at++;
        if (digits(&at, 10u, &build) != VALUE_OK) {
            return VALUE_BAD;
        }
        if (build > UINT32_MAX) {
            return VALUE_TOO_BIG;
        }
    }
    return *at == '\0' ? VALUE_OK : VALUE_BAD;
}

const char *value_text(enum value_unit unit, uint64_t value, char *out,
                       size_t size)
{
    static const struct unit *const units[VALUE_UNITS] = {
        [VALUE_TIME] = time_units,   [VALUE_SIZE] = size_units,
        [VALUE_SHARE] = share_units, [VALUE_CHANCE] = chance_units,
        [VALUE_RATE] = rate_units,   [VALUE_ENERGY] = energy_units,
        [VALUE_OHMS] = ohms_units,
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

/* ---- comparisons ------------------------------------------------------ */

/* In the order in which they must be looked for. `add` goes to the number;
 * before and behind are what stands around it in a range. */
static const struct {
    const char *sign;
    int add;
    const char *before; /* NULL: cannot be written as a range */
    const char *behind;
} comparisons[] = {
    {">=", 0, "", ".."},   {">", 1, "", ".."}, {"<=", 0, "0..", ""},
    {"<", -1, "0..", ""},  {"==", 0, "", ""},  {"=", 0, "", ""},
    {"!=", 0, NULL, NULL},
};

static void comparison_form(unsigned row, const char *at, char *out,
                            size_t size)
{
    uint64_t number = 0;
    bool known = whole(&at, &number) == VALUE_OK && number < UINT64_MAX &&
                 (number > 0 || comparisons[row].add >= 0);

    if (!known || comparisons[row].before == NULL) {
        snprintf(out, size, "2.. or 0..3");
        return;
    }
    number += (uint64_t)(int64_t)comparisons[row].add;
    snprintf(out, size, "%s%" PRIu64 "%s", comparisons[row].before, number,
             comparisons[row].behind);
}

bool values_comparison(const char *text, char *remedy, size_t size)
{
    for (unsigned i = 0; i < sizeof comparisons / sizeof comparisons[0]; i++) {
        size_t length = strlen(comparisons[i].sign);
        char form[48];

        if (strncmp(text, comparisons[i].sign, length) != 0) {
            continue;
        }
        const char *behind = text + length;

        while (*behind == ' ') {
            behind++;
        }
        if (!is_digit(*behind)) {
            return false;
        }
        comparison_form(i, behind, form, sizeof form);
        snprintf(remedy, size, "comparisons are written as ranges; write %s",
                 form);
        return true;
    }
    return false;
}
