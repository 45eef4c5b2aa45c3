/* SPDX-License-Identifier: MIT */
#include "scenario/values.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* A class, a point and two digits, as the standard writes them. */
enum quantity_result value_code(const char *text, uint64_t *code)
{
    if (!is_digit(text[0]) || text[1] != '.' || !is_digit(text[2]) ||
        !is_digit(text[3]) || text[4] != '\0') {
        return QUANTITY_BAD;
    }
    unsigned first = (unsigned)(text[0] - '0');
    unsigned detail =
        (unsigned)(text[2] - '0') * 10u + (unsigned)(text[3] - '0');

    if (first > 7u || detail > 31u) {
        return QUANTITY_TOO_BIG;
    }
    *code = first << 5 | detail;
    return QUANTITY_OK;
}

enum quantity_result value_range(const char *text, struct range *range)
{
    struct range read = {.set = true};
    const char *at = text;
    enum quantity_result result = quantity_whole(&at, &read.low);

    if (result != QUANTITY_OK) {
        return result;
    }
    read.high = read.low;
    if (strcmp(at, "..") == 0) {
        read.high = SCENARIO_RANGE_OPEN;
    } else if (strncmp(at, "..", 2u) == 0) {
        at += 2;
        result = quantity_whole(&at, &read.high);
        if (result != QUANTITY_OK) {
            return result;
        }
        if (*at != '\0') {
            return QUANTITY_BAD;
        }
        if (read.high < read.low) {
            return QUANTITY_BACKWARDS;
        }
    } else if (*at != '\0') {
        return QUANTITY_BAD;
    }
    *range = read;
    return QUANTITY_OK;
}

enum quantity_result value_energies(const char *text, struct range *range)
{
    struct range read = {.set = true};
    char low[32];
    const char *dots = strstr(text, "..");
    size_t length = dots != NULL ? (size_t)(dots - text) : strlen(text);

    if (length >= sizeof low) {
        return QUANTITY_TOO_BIG;
    }
    memcpy(low, text, length);
    low[length] = '\0';
    enum quantity_result result = quantity_energy(low, &read.low);

    read.high = read.low;
    if (result == QUANTITY_OK && dots != NULL && dots[2] == '\0') {
        read.high = SCENARIO_RANGE_OPEN;
    } else if (result == QUANTITY_OK && dots != NULL) {
        result = quantity_energy(dots + 2, &read.high);
    }
    if (result == QUANTITY_OK && read.high < read.low) {
        result = QUANTITY_BACKWARDS;
    }
    if (result == QUANTITY_OK) {
        *range = read;
    }
    return result;
}

enum quantity_result value_version(const char *text)
{
    static const uint64_t most[] = {255u, 255u, 65535u};
    const char *at = text;

    for (unsigned i = 0; i < 3u; i++) {
        uint64_t part = 0;
        enum quantity_result result = quantity_digits(&at, 10u, &part);

        if (result != QUANTITY_OK) {
            return result;
        }
        if (part > most[i]) {
            return QUANTITY_TOO_BIG;
        }
        if (i < 2u && *at++ != '.') {
            return QUANTITY_BAD;
        }
    }
    if (*at == '+') {
        uint64_t build = 0;

        at++;
        if (quantity_digits(&at, 10u, &build) != QUANTITY_OK) {
            return QUANTITY_BAD;
        }
        if (build > UINT32_MAX) {
            return QUANTITY_TOO_BIG;
        }
    }
    return *at == '\0' ? QUANTITY_OK : QUANTITY_BAD;
}

/* ---- comparisons ------------------------------------------------------ */

/* In the order in which they must be tried. `add` is added to the number;
 * before and behind surround it in a range. */
static const struct {
    const char *sign;
    int add;
    const char *before; /* NULL: cannot be expressed as a range */
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
    bool known = quantity_whole(&at, &number) == QUANTITY_OK &&
                 number < UINT64_MAX &&
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
