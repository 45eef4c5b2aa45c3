/* SPDX-License-Identifier: MIT */
/*
 * Which scenarios of a list are selected: those that match a filter and, of
 * them, one shard of several. Pure functions of names and titles; the filters'
 * texts are borrowed.
 */
#ifndef OTALAB_REPORT_SELECT_H
#define OTALAB_REPORT_SELECT_H

#include <stdbool.h>

#include "base/diag.h"

#define SELECT_SHARDS_MAX 10000u

struct select {
    unsigned filters; /* 0: everything matches */
    const char *const *filter;
    unsigned shard;  /* counted from 1 */
    unsigned shards; /* 0 or 1: no shards, all are included */
};

/* Whether a filter matches name or title: one with *, ? or [ must match the
 * whole as a glob, any other must be contained in it; case does not matter. */
bool select_matches(const struct select *select, const char *name,
                    const char *title);
/* Whether the name is in the shard. Uses a hash of the name, so that the other
 * names stay in their shards when one is added. */
bool select_in_shard(const struct select *select, const char *name);
/* Read "2/5", or "auto": what the CI system says in the environment, or no
 * shards if it says nothing. 0, or OTALAB_ERR_USAGE with a line in diag. */
int select_shard(struct select *select, const char *text, struct diag *diag);

#endif
