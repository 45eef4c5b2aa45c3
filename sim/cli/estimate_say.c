/* SPDX-License-Identifier: MIT */
#include "cli/estimate_say.h"

#include <inttypes.h>
#include <string.h>

#include "estimate/arith.h"

#define MICRODOLLARS_PER_CENT 10000u
#define WIDTH 79u
#define NS_PER_S UINT64_C(1000000000)

/* ---- numbers ------------------------------------------------------------- */

const char *say_count(uint64_t value, char *out)
{
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%" PRIu64, value);
    char *to = out;

    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0) {
            *to++ = ',';
        }
        *to++ = digits[i];
    }
    *to = '\0';
    return out;
}

/* value / unit, rounded to the nearest with at most `places` decimals (9 or
 * fewer); zeros at the end are dropped. */
static const char *decimal(uint64_t value, uint64_t unit, unsigned places,
                           char *out)
{
    char digits[16] = "";
    uint64_t power = 1;
    uint64_t whole = value;

    for (unsigned i = 0; i < places; i++) {
        power *= 10u;
    }
    (void)estimate_scale(value, power, unit, &whole);
    say_count(whole / power, out);
    if (whole % power != 0) {
        int length = snprintf(digits, sizeof digits, ".%0*u", (int)places,
                              (unsigned)(whole % power));

        while (digits[length - 1] == '0') {
            digits[--length] = '\0';
        }
    }
    return strcat(out, digits);
}

const char *say_money(int64_t cents, char *out)
{
    uint64_t size = cents < 0 ? (uint64_t)-cents : (uint64_t)cents;
    char dollars[32];

    say_count(size / 100u, dollars);
    if (size % 100u == 0) {
        snprintf(out, SAY_MAX, "%s$%s", cents < 0 ? "-" : "", dollars);
    } else {
        snprintf(out, SAY_MAX, "%s$%s.%02u", cents < 0 ? "-" : "", dollars,
                 (unsigned)(size % 100u));
    }
    return out;
}

const char *say_price(uint64_t microdollars, char *out)
{
    if (microdollars % MICRODOLLARS_PER_CENT == 0) {
        snprintf(out, SAY_MAX, "$%" PRIu64 ".%02u", microdollars / 1000000u,
                 (unsigned)(microdollars / MICRODOLLARS_PER_CENT % 100u));
    } else {
        out[0] = '$';
        decimal(microdollars, 1000000u, 6, out + 1);
    }
    return out;
}

struct scale {
    const char *name;
    uint64_t unit;
};

/* In the largest unit that is not larger than the value. Ends with unit 1. */
static const char *scaled(uint64_t value, const struct scale *scale, char *out)
{
    while (value < scale->unit && scale->unit > 1) {
        scale++;
    }
    decimal(value, scale->unit, scale->unit > 1 ? 2 : 0, out);
    strncat(out, scale->name, SAY_MAX - strlen(out) - 1u);
    return out;
}

const char *say_data(uint64_t bytes, char *out)
{
    static const struct scale scales[] = {{" TB", 1000000000000u},
                                          {" GB", 1000000000u},
                                          {" MB", 1000000u},
                                          {" kB", 1000u},
                                          {" B", 1u}};

    return scaled(bytes, scales, out);
}

const char *say_energy(uint64_t uj, char *out)
{
    static const struct scale scales[] = {
        {" kJ", 1000000000u}, {" J", 1000000u}, {" mJ", 1000u}, {" uJ", 1u}};

    return scaled(uj, scales, out);
}

const char *say_power(uint64_t nw, char *out)
{
    static const struct scale scales[] = {
        {" W", 1000000000u}, {" mW", 1000000u}, {" uW", 1000u}, {" nW", 1u}};

    return scaled(nw, scales, out);
}

const char *say_share(uint64_t ppm, char *out)
{
    decimal(ppm, ESTIMATE_PPM / 100u, 4, out);
    return strcat(out, " %");
}

const char *say_percent(uint64_t ppm, char *out)
{
    decimal(ppm, ESTIMATE_PPM / 100u, 2, out);
    return strcat(out, " %");
}

const char *say_time(uint64_t ns, char *out)
{
    const uint64_t minute = 60u * NS_PER_S;

    if (ns >= 2u * minute && ns % minute == 0) {
        say_count(ns / minute, out);
        return strcat(out, " min");
    }
    decimal(ns, NS_PER_S, ns < NS_PER_S ? 6 : 2, out);
    return strcat(out, " s");
}

const char *say_milli(uint64_t thousandths, char *out)
{
    return decimal(thousandths, 1000u, 3, out);
}

const char *say_bar(uint64_t value, uint64_t most, unsigned width, char *out)
{
    uint64_t length = 0;

    if (most != 0 && estimate_scale(value, width, most, &length) == 0 &&
        length == 0 && value != 0) {
        length = 1;
    }
    length = length < SAY_MAX ? length : SAY_MAX - 1u;
    memset(out, '#', (size_t)length);
    out[length] = '\0';
    return out;
}

/* ---- figures --------------------------------------------------------------- */

uint64_t figure(const struct options *options, unsigned option, uint64_t usual)
{
    const struct option_value *value = &options->value[option];

    return value->given ? value->number : usual;
}

int figure_cents(const struct options *options, unsigned option,
                 uint64_t usual_cents, uint64_t *cents, struct diag *diag)
{
    const struct option_value *value = &options->value[option];

    *cents = value->given ? value->number / MICRODOLLARS_PER_CENT : usual_cents;
    if (value->given && value->number % MICRODOLLARS_PER_CENT != 0) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "%.60s: finer than a cent; give two decimals at most",
                         value->text);
    }
    return 0;
}

static void say_line(const struct option_spec *spec, const char *label,
                     const char *value, const char *origin)
{
    printf("  %-26s %12s  %-8s  --%s %s\n", label, value, origin, spec->name,
           option_argument(spec));
}

void say_figure(const struct command *command, const struct options *options,
                unsigned option, const char *label, const char *value)
{
    say_line(&command->options[option], label, value,
             options->value[option].given ? "given" : "assumed");
}

void say_measured(const struct command *command, const struct options *options,
                  unsigned option, unsigned from, const char *label,
                  const char *value)
{
    if (options->value[from].given) {
        say_line(&command->options[from], label, value, "measured");
    } else {
        say_figure(command, options, option, label, value);
    }
}

void say_paragraph(const char *text)
{
    unsigned at = 0;

    while (*text != '\0') {
        unsigned length = (unsigned)strcspn(text, " ");

        if (at > 0 && at + 1u + length > WIDTH) {
            putchar('\n');
            at = 0;
        }
        at += (unsigned)printf("%s%.*s", at > 0 ? " " : "", (int)length, text);
        text += length + (text[length] == ' ');
    }
    putchar('\n');
}

void say_assumed(void)
{
    printf("\nA figure that is assumed is a default; its option gives "
           "yours.\n\n");
}

static bool is_figure(const struct option_spec *spec)
{
    return spec->kind != OPTION_FLAG && spec->kind != OPTION_FILE;
}

void json_assumed(struct json *json, const struct command *command,
                  const struct options *options)
{
    json_open(json, "assumed", '[');
    for (unsigned i = 0; command->options[i].name != NULL; i++) {
        if (is_figure(&command->options[i]) && !options->value[i].given) {
            json_text(json, NULL, command->options[i].name);
        }
    }
    json_close(json, ']');
}

void json_signed(struct json *json, const char *key, int64_t number)
{
    char text[24];

    snprintf(text, sizeof text, "%" PRId64, number);
    json_raw(json, key, text);
}

int estimate_fail(const struct command *command, int err)
{
    struct diag diag = {""};

    (void)diag_fail(&diag, OTALAB_ERR_USAGE, "%s", estimate_strerror(err));
    return command_fail(command, OTALAB_ERR_USAGE, &diag);
}
