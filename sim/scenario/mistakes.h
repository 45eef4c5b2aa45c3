/* SPDX-License-Identifier: MIT */
/*
 * Everything that is wrong with a scenario, each mistake with its place, in the
 * order of the file. A plain value of bounded size, owned by the caller;
 * initialise it with {0}.
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
    unsigned more; /* found beyond those kept */
    struct mistake item[MISTAKES_MAX];
};

/* Add a mistake, unless the last one says the same about another place. `text`
 * says what is wrong, without the place. */
void mistakes_add(struct mistakes *mistakes, const char *path,
                  struct place place, const char *text);
/* Put the first mistake, and the number of others, into `diag` as its only
 * line. */
void mistakes_first(const struct mistakes *mistakes, struct diag *diag);

/* Read one file and find everything that is wrong with it. On error *out is
 * NULL. An error that is not a mistake in the scenario (no such file, not YAML)
 * is only in diag; otherwise diag holds the first mistake. */
int scenario_check(const char *path, struct scenario **out,
                   struct mistakes *mistakes, struct diag *diag);

#endif
