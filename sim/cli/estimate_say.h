/* SPDX-License-Identifier: MIT */
/*
 * What the calculators share: figures from options or defaults, and numbers as
 * text, rounded to the nearest. Each function that fills `out` returns it; SAY_MAX bytes are enough.
 */
#ifndef OTALAB_CLI_ESTIMATE_SAY_H
#define OTALAB_CLI_ESTIMATE_SAY_H

#include <stdint.h>

#include "base/json.h"
#include "shell/options.h"

#define SAY_MAX 48u
/* How one line writes a number without naming a buffer: SAY(money, cents). */
#define SAY(kind, value) say_##kind(value, (char[SAY_MAX]){0})

const char *say_count(uint64_t value, char *out);        /* 10,000 */
const char *say_money(int64_t cents, char *out);         /* $30,000 */
const char *say_price(uint64_t microdollars, char *out); /* $0.50 */
const char *say_data(uint64_t bytes, char *out);         /* 60 GB */
const char *say_share(uint64_t ppm, char *out);          /* 6.25 % */
/* the same with two decimals */
const char *say_percent(uint64_t ppm, char *out);
const char *say_time(uint64_t ns, char *out);           /* 60 s, 4 min */
const char *say_energy(uint64_t uj, char *out);         /* 12.3 mJ, 4.56 J */
const char *say_power(uint64_t nw, char *out);          /* 601.2 mW */
const char *say_milli(uint64_t thousandths, char *out); /* 199.7 */
/* '#' for value / most of `width`; at least one unless the value is 0. */
const char *say_bar(uint64_t value, uint64_t most, unsigned width, char *out);

/* The value that was given, or the default. */
uint64_t figure(const struct options *options, unsigned option, uint64_t usual);
/* The same for OPTION_MONEY in whole cents. 0, or OTALAB_ERR_USAGE. */
int figure_cents(const struct options *options, unsigned option,
                 uint64_t usual_cents, uint64_t *cents, struct diag *diag);

/* Print a line: what it is, its value, whether it was assumed, its option; `from`
 * is an option that took the place of the figure by measuring it. */
void say_figure(const struct command *command, const struct options *options,
                unsigned option, const char *label, const char *value);
void say_measured(const struct command *command, const struct options *options,
                  unsigned option, unsigned from, const char *label,
                  const char *value);
/* Print lines of at most 79 columns. */
void say_paragraph(const char *text);
/* Print the sentence below the figures. */
void say_assumed(void);
/* The names of the figures' options that were not given, as an array. */
void json_assumed(struct json *json, const struct command *command,
                  const struct options *options);
/* A number that may be negative. */
void json_signed(struct json *json, const char *key, int64_t number);

/* Print the error of a calculator, a negative enum estimate_err; returns the
 * exit code. */
int estimate_fail(const struct command *command, int err);

#endif
