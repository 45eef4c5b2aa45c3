/* SPDX-License-Identifier: MIT */
/* What is replayed: a token, and the scenario that it is of. */
#ifndef OTALAB_CLI_REPLAYED_H
#define OTALAB_CLI_REPLAYED_H

#include "base/paths.h"
#include "engine/token.h"
#include "record/arrivals.h"
#include "scenario/scenario.h"

struct replayed {
    struct token token;
    const char *file;   /* the scenario's; NULL: found by its name */
    char own[1024];     /* where the folder has it */
    const char *folder; /* NULL: only a token is known */
};

/* A token, or a folder of evidence. `file` NULL: the folder's own, or the one
 * of the token's name. 0, or OTALAB_ERR_USAGE with a line. */
int replayed_read(const char *argument, const char *file,
                  struct replayed *replayed, struct diag *diag);
/* What a real network brought to the run; the caller frees it with
 * arrivals_free(). None: the scenario has no such network. */
int replayed_arrivals(const struct replayed *replayed,
                      const struct scenario *scenario,
                      struct arrivals *arrivals, struct diag *diag);
/* The scenario without the token's seed and faults; the caller frees it. It is
 * the one that the token was made with, or OTALAB_ERR_USAGE says what has
 * changed. */
int replayed_scenario(const struct replayed *replayed,
                      const struct locations *where, struct scenario **scenario,
                      struct diag *diag);

#endif
