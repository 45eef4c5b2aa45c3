/* SPDX-License-Identifier: MIT */
/*
 * Quantities as people write them, in scenarios and on the command line: times,
 * sizes, percentages and others with their units, and plain numbers. Integers
 * only; nothing is rounded: a value that is not a whole number of the smallest
 * unit is refused. Every function sets *out only if it returns QUANTITY_OK, and
 * owns nothing.
 */
#ifndef OTALAB_BASE_QUANTITY_H
#define OTALAB_BASE_QUANTITY_H

#include <stddef.h>
#include <stdint.h>

enum quantity_result {
    QUANTITY_OK = 0,
    QUANTITY_BAD = -1,      /* not of this kind at all */
    QUANTITY_NO_UNIT = -2,  /* a number, but its unit is missing */
    QUANTITY_UNIT = -3,     /* a number with an unknown unit */
    QUANTITY_TOO_BIG = -4,  /* does not fit */
    QUANTITY_FRACTION = -5, /* finer than the smallest unit */
    QUANTITY_BACKWARDS = -6 /* a range that ends before it starts */
};

/* "45ms", "12.5ms", "120s", "2min": ns */
enum quantity_result quantity_time(const char *text, uint64_t *ns);
/* "4KiB", "2MiB", "100B", "0x200": bytes */
enum quantity_result quantity_size(const char *text, uint64_t *bytes);
/* The same with factors of a thousand, as data is sold: "500kB" or "500KB",
 * "1.5MB", "2GB"; a number without a unit is bytes */
enum quantity_result quantity_data(const char *text, uint64_t *bytes);
/* "40%", "12.5%": thousandths; at most 100% */
enum quantity_result quantity_share(const char *text, uint64_t *thousandths);
/* "2%", "0.05%": millionths; at most 100% */
enum quantity_result quantity_chance(const char *text, uint64_t *millionths);
/* "60kbit/s", "1.5Mbit/s": bit/s, factors of a thousand */
enum quantity_result quantity_rate(const char *text, uint64_t *rate);
/* "500J", "2.5kJ", "800mJ", "40mWh": uJ */
enum quantity_result quantity_energy(const char *text, uint64_t *uj);
/* "800mohm", "2.5ohm": mohm */
enum quantity_result quantity_ohms(const char *text, uint64_t *mohm);
/* "200", "$200", "0.5": millionths of a dollar */
enum quantity_result quantity_money(const char *text, uint64_t *microdollars);
/* "7", "0x1F" */
enum quantity_result quantity_number(const char *text, uint64_t *number);

/* Read digits in base 10 or 16 at *at, or a number in either base ("0x1F", but
 * not "010": YAML readers differ on it). *at moves past them. */
enum quantity_result quantity_digits(const char **at, unsigned base,
                                     uint64_t *out);
enum quantity_result quantity_whole(const char **at, uint64_t *out);

/* The reverse: write the value as a scenario does, in the largest unit that
 * gives a whole number, or rounded up if none does; returns `out`. */
enum quantity_unit {
    QUANTITY_TIME,
    QUANTITY_SIZE,
    QUANTITY_SHARE,
    QUANTITY_CHANCE,
    QUANTITY_RATE,
    QUANTITY_ENERGY,
    QUANTITY_OHMS,
    QUANTITY_UNITS
};
const char *quantity_text(enum quantity_unit unit, uint64_t value, char *out,
                          size_t size);

/* The units known to the functions above, for messages; percentages have
 * '%'. */
extern const char *const quantity_time_units;
extern const char *const quantity_size_units;
extern const char *const quantity_rate_units;
extern const char *const quantity_energy_units;
extern const char *const quantity_ohms_units;

#endif
