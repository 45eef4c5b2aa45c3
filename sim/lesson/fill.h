/* SPDX-License-Identifier: MIT */
/*
 * The figures of one student, and texts in which they are filled in. A text
 * has `$(name)`, or sums and products of names and whole numbers, as in
 * `$(kib*4+2)`. Figures are
 * drawn from the student's seed and the figure's name, so another question in
 * a lesson changes no other figure. A struct fill is a plain value.
 */
#ifndef OTALAB_LESSON_FILL_H
#define OTALAB_LESSON_FILL_H

#include <stdint.h>

#include "base/diag.h"

#define FILL_FIGURES 16u
#define FILL_NAME 32u
#define FILL_VALUE 64u

struct fill {
    unsigned count;
    struct {
        char name[FILL_NAME];
        char value[FILL_VALUE];
    } figure[FILL_FIGURES];
};

/* Name a value; one of that name is replaced. 0, or OTALAB_ERR_USAGE if there
 * are too many or a text is too long. */
int fill_set(struct fill *fill, const char *name, const char *value);
/* The value of that name, or NULL. */
const char *fill_find(const struct fill *fill, const char *name);
/* A whole number from low to high, both included, for the figure `name` of the
 * student with this seed. */
uint64_t fill_draw(uint64_t seed, const char *name, uint64_t low,
                   uint64_t high);

/* The text with every `$(..)` filled in; malloc'ed. NULL: a line in diag says
 * what is wrong, after `path` and the line. */
char *fill_text(const struct fill *fill, const char *text, const char *path,
                struct diag *diag);

#endif
