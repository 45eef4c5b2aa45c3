/* SPDX-License-Identifier: MIT */
/*
 * What is wrong with a scenario: all of it, each at its place, in the order of
 * the file. A plain value of bounded size that the caller owns; begin with
 * {0}.
 */
#ifndef OTALAB_SCENARIO_MISTAKES_H
#define OTALAB_SCENARIO_MISTAKES_H

#include "base/diag.h"
#include "scenario/scenario.h"

#define MISTAKES_MAX 20u

struct mistake {
    struct place place;
    struct diag diag; /* "FILE:LINE:COLUMN: what is wrong; remedy" */
};

struct mistakes {
    unsigned count;
    unsigned more; /* beyond those kept */
    struct mistake item[MISTAKES_MAX];
};

/* One more, unless the last one says the same of another place. `text` is
 * what is wrong, without the place. */
void mistakes_add(struct mistakes *mistakes, const char *path,
                  struct place place, const char *text);
/* The first of them as the only line of `diag`, and how many there are
 * besides. */
void mistakes_first(const struct mistakes *mistakes, struct diag *diag);

/* Read one file and find all that is wrong with it. With an error *out is NULL;
 * what is no mistake in the scenario (no such file, no YAML) is in diag alone,
 * else the first mistake. */
int scenario_check(const char *path, struct scenario **out,
                   struct mistakes *mistakes, struct diag *diag);

#endif
