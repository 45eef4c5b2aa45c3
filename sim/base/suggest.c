/* SPDX-License-Identifier: MIT */
#include "base/suggest.h"

#include <stdbool.h>
#include <string.h>

#define WORD_MAX 64u
#define FAR 1000u

/* Letters that people confuse are treated as equal. */
static char folded(char c)
{
    if (c >= 'A' && c <= 'Z') {
        return (char)(c - 'A' + 'a');
    }
    return c == '_' ? '-' : c;
}

static size_t bounded_length(const char *text)
{
    size_t length = 0;

    while (length < WORD_MAX && text[length] != '\0') {
        length++;
    }
    return length;
}

static unsigned least(unsigned a, unsigned b, unsigned c)
{
    unsigned low = a < b ? a : b;
    return low < c ? low : c;
}

unsigned suggest_distance(const char *a, const char *b)
{
    size_t rows = bounded_length(a);
    size_t columns = bounded_length(b);
    unsigned table[3][WORD_MAX + 1u]; /* the row, and the two before it */

    for (size_t j = 0; j <= columns; j++) {
        table[0][j] = (unsigned)j;
    }
    for (size_t i = 1; i <= rows; i++) {
        unsigned *now = table[i % 3u];
        const unsigned *above = table[(i + 2u) % 3u];
        const unsigned *twice = table[(i + 1u) % 3u];

        now[0] = (unsigned)i;
        for (size_t j = 1; j <= columns; j++) {
            char x = folded(a[i - 1u]);
            char y = folded(b[j - 1u]);
            unsigned changed = above[j - 1u] + (x == y ? 0u : 1u);

            now[j] = least(above[j] + 1u, now[j - 1u] + 1u, changed);
            if (i > 1u && j > 1u && x == folded(b[j - 2u]) &&
                folded(a[i - 2u]) == y && twice[j - 2u] + 1u < now[j]) {
                now[j] = twice[j - 2u] + 1u;
            }
        }
    }
    return table[rows % 3u][columns];
}

/* "ready" for "app.ready", "virtual" for "virtual_time". */
static bool is_part(const char *word, const char *name)
{
    size_t length = bounded_length(word);
    const char *dot = strrchr(name, '.');

    if (length < 3u) {
        return false;
    }
    if (strncmp(name, word, length) == 0) {
        return true;
    }
    return dot != NULL && strcmp(dot + 1, word) == 0;
}

void suggest_start(struct suggest *suggest, const char *word)
{
    suggest->word = word;
    suggest->best = NULL;
    suggest->distance = FAR;
}

void suggest_offer(struct suggest *suggest, const char *name)
{
    if (name == NULL) {
        return;
    }
    unsigned allowed = 1u + (unsigned)(bounded_length(suggest->word) / 4u);
    unsigned distance = suggest_distance(suggest->word, name);

    if (distance > allowed && is_part(suggest->word, name)) {
        distance = allowed;
    }
    /* If every letter is replaced, there is no resemblance. */
    if (distance >= bounded_length(name)) {
        return;
    }
    if (distance <= allowed && distance < suggest->distance) {
        suggest->distance = distance;
        suggest->best = name;
    }
}

const char *suggest_best(const struct suggest *suggest)
{
    return suggest->best;
}
