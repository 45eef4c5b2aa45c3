/* SPDX-License-Identifier: MIT */
/*
 * Single values as people write them: times, sizes and shares with their
 * units, numbers, ranges, versions. Integers only; nothing is rounded: a value
 * that is no whole number of the smallest unit is refused. Every function
 * sets *out only on VALUE_OK and owns nothing.
 */
#ifndef OTALAB_SCENARIO_VALUES_H
#define OTALAB_SCENARIO_VALUES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scenario/scenario.h"

enum value_result {
    VALUE_OK = 0,
    VALUE_BAD = -1,      /* not of this kind at all */
    VALUE_NO_UNIT = -2,  /* a number, but its unit is missing */
    VALUE_UNIT = -3,     /* a number with a unit that is not known */
    VALUE_TOO_BIG = -4,  /* does not fit */
    VALUE_FRACTION = -5, /* finer than the smallest unit */
    VALUE_BACKWARDS = -6 /* a range whose end lies before its start */
};

/* "45ms", "12.5ms", "120s", "2min": ns */
enum value_result value_time(const char *text, uint64_t *ns);
/* "4KiB", "2MiB", "100B", "0x200": bytes */
enum value_result value_size(const char *text, uint64_t *bytes);
/* "40%", "12.5%": thousandths; at most 100% */
enum value_result value_share(const char *text, uint64_t *thousandths);
/* "2%", "0.05%": millionths; at most 100% */
enum value_result value_chance(const char *text, uint64_t *millionths);
/* "60kbit/s", "1.5Mbit/s": bit/s, by thousands */
enum value_result value_rate(const char *text, uint64_t *rate);
/* "500J", "2.5kJ", "800mJ": uJ */
enum value_result value_energy(const char *text, uint64_t *uj);
/* "800mohm", "2.5ohm": thousandths */
enum value_result value_ohms(const char *text, uint64_t *mohm);
/* "5.03": class and detail of a CoAP code as its one byte */
enum value_result value_code(const char *text, uint64_t *code);
/* "7", "0x1F" */
enum value_result value_number(const char *text, uint64_t *number);
/* "3", "0..3", "2.."; hexadecimal, too */
enum value_result value_range(const char *text, struct range *range);
/* "1.2.0", "1.2.0+4": parts up to 255, 255, 65535 and the build number */
enum value_result value_version(const char *text);

/* The other way round: the value as a scenario has it, in the largest unit that
 * gives a whole number, rounded up if none does; returns `out`. */
enum value_unit {
    VALUE_TIME,
    VALUE_SIZE,
    VALUE_SHARE,
    VALUE_CHANCE,
    VALUE_RATE,
    VALUE_ENERGY,
    VALUE_OHMS,
    VALUE_UNITS
};
const char *value_text(enum value_unit unit, uint64_t value, char *out,
                       size_t size);

/* Units that the functions above know, for messages; shares have '%'. */
extern const char *const value_time_units;
extern const char *const value_size_units;
extern const char *const value_rate_units;
extern const char *const value_energy_units;
extern const char *const value_ohms_units;

/*
 * Is this a comparison as programming languages write it (">= 3", "<5",
 * "!= 2")? Then `remedy` says how a scenario writes it. Reads to the end of
 * the number only.
 */
bool values_comparison(const char *text, char *remedy, size_t size);

#endif
