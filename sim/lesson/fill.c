/* SPDX-License-Identifier: MIT */
#include "lesson/fill.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/quantity.h"
#include "base/rng.h"

static int index_of(const struct fill *fill, const char *name)
{
    for (unsigned i = 0; i < fill->count; i++) {
        if (strcmp(fill->figure[i].name, name) == 0) {
            return (int)i;
        }
    }
    return -1;
}

int fill_set(struct fill *fill, const char *name, const char *value)
{
    int at = index_of(fill, name);

    if (strlen(name) >= FILL_NAME || strlen(value) >= FILL_VALUE ||
        (at < 0 && fill->count == FILL_FIGURES)) {
        return OTALAB_ERR_USAGE;
    }
    at = at < 0 ? (int)fill->count++ : at;
    snprintf(fill->figure[at].name, FILL_NAME, "%s", name);
    snprintf(fill->figure[at].value, FILL_VALUE, "%s", value);
    return 0;
}

const char *fill_find(const struct fill *fill, const char *name)
{
    int at = index_of(fill, name);

    return at < 0 ? NULL : fill->figure[at].value;
}

uint64_t fill_draw(uint64_t seed, const char *name, uint64_t low, uint64_t high)
{
    struct rng rng;

    rng_init(&rng, seed, name);
    return low + rng_below(&rng, high - low + 1u);
}

/* ---- sums ---------------------------------------------------------------- */

/* A name or a number at *at, which moves past it; "" if there is neither. */
static void take_term(const char **at, char term[FILL_VALUE])
{
    size_t length = 0;

    while (isalnum((unsigned char)(*at)[length]) || (*at)[length] == '_') {
        length++;
    }
    if (length >= FILL_VALUE) {
        length = 0;
    }
    memcpy(term, *at, length);
    term[length] = '\0';
    *at += length;
}

static bool value_of(const struct fill *fill, const char *term, int64_t *out)
{
    const char *value = fill_find(fill, term);
    uint64_t number = 0;

    if (quantity_number(value != NULL ? value : term, &number) != QUANTITY_OK ||
        number > INT32_MAX) {
        return false;
    }
    *out = (int64_t)number;
    return true;
}

/* A product: 4, cuts, 4*kib. */
static bool take_product(const struct fill *fill, const char **at, int64_t *out)
{
    char term[FILL_VALUE];
    int64_t factor = 0;

    take_term(at, term);
    bool good = value_of(fill, term, out);

    while (good && **at == '*') {
        (*at)++;
        take_term(at, term);
        good = value_of(fill, term, &factor) && factor <= INT32_MAX &&
               *out <= INT32_MAX;
        *out *= good ? factor : 1;
    }
    return good;
}

/* A sum is never below zero. */
static bool take_sum(const struct fill *fill, const char *at, int64_t *sum)
{
    bool good = take_product(fill, &at, sum) && *sum <= INT32_MAX;

    while (good && (*at == '+' || *at == '-')) {
        int64_t sign = *at == '+' ? 1 : -1;
        int64_t value = 0;

        at++;
        good = take_product(fill, &at, &value) && value <= INT32_MAX;
        *sum += good ? sign * value : 0;
    }
    return good && *at == '\0' && *sum >= 0;
}

static bool evaluate(const struct fill *fill, const char *text,
                     char out[FILL_VALUE])
{
    const char *value = fill_find(fill, text);
    int64_t sum = 0;

    if (value != NULL) {
        snprintf(out, FILL_VALUE, "%s", value);
        return true;
    }
    if (!take_sum(fill, text, &sum)) {
        return false;
    }
    snprintf(out, FILL_VALUE, "%" PRId64, sum);
    return true;
}

/* ---- texts --------------------------------------------------------------- */

static unsigned line_of(const char *text, const char *at)
{
    unsigned line = 1;

    for (; text < at; text++) {
        line += *text == '\n' ? 1 : 0;
    }
    return line;
}

/* A text that grows. */
struct grown {
    char *bytes; /* malloc'ed, ends with a NUL; NULL: no memory */
    size_t length;
};

static void grow(struct grown *out, const char *text, size_t length)
{
    char *bytes = out->bytes != NULL
                      ? realloc(out->bytes, out->length + length + 1u)
                      : NULL;

    if (bytes == NULL) {
        free(out->bytes);
        out->bytes = NULL;
        return;
    }
    memcpy(bytes + out->length, text, length);
    out->bytes = bytes;
    out->length += length;
    bytes[out->length] = '\0';
}

/* One `$(..)` at `at`: its value to `out`. What follows it, or NULL. */
static const char *fill_one(const struct fill *fill, const char *at,
                            struct grown *out)
{
    char sum[FILL_VALUE * 2] = "";
    char value[FILL_VALUE];
    size_t length = strcspn(at + 2, ")\n");

    if (at[2 + length] != ')' || length >= sizeof sum) {
        return NULL;
    }
    memcpy(sum, at + 2, length);
    sum[length] = '\0';
    if (!evaluate(fill, sum, value)) {
        return NULL;
    }
    grow(out, value, strlen(value));
    return at + 2 + length + 1;
}

static int no_figure(const char *text, const char *at, const char *path,
                     struct diag *diag)
{
    size_t length = strcspn(at, " \n");

    return diag_fail(diag, OTALAB_ERR_USAGE,
                     "%s:%u: '%.*s' names no figure of this lesson", path,
                     line_of(text, at), (int)(length < 40 ? length : 40), at);
}

static int fill_all(const struct fill *fill, const char *text, const char *path,
                    struct grown *out, struct diag *diag)
{
    const char *from = text;

    for (const char *at = strstr(text, "$("); at != NULL;
         at = strstr(from, "$(")) {
        grow(out, from, (size_t)(at - from));
        from = fill_one(fill, at, out);
        if (from == NULL) {
            return no_figure(text, at, path, diag);
        }
    }
    grow(out, from, strlen(from));
    return 0;
}

char *fill_text(const struct fill *fill, const char *text, const char *path,
                struct diag *diag)
{
    struct grown out = {.bytes = calloc(1, 1)};
    int err = fill_all(fill, text, path, &out, diag);

    if (err == 0 && out.bytes == NULL) {
        err = diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory");
    }
    if (err != 0) {
        free(out.bytes);
        return NULL;
    }
    return out.bytes;
}
