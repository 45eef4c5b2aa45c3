/* SPDX-License-Identifier: MIT */
/*
 * Which scenarios of a list are meant: those that match a filter, and of them
 * one shard of several. Pure functions of names and titles; a filter's text
 * is borrowed.
 */
#ifndef OTALAB_REPORT_SELECT_H
#define OTALAB_REPORT_SELECT_H

#include <stdbool.h>

#include "base/diag.h"

#define SELECT_SHARDS_MAX 10000u

struct select {
    unsigned filters; /* 0: everything matches */
    const char *const *filter;
    unsigned shard;  /* from 1 */
    unsigned shards; /* 0 or 1: all are in it */
};

/* One of the filters fits name or title: one with *, ? or [ as a glob for the
 * whole, another as a part of it; capitals do not matter. */
bool select_matches(const struct select *select, const char *name,
                    const char *title);
/* By a hash of the name, so that the others stay when one is added. */
bool select_in_shard(const struct select *select, const char *name);
/* "2/5", or "auto": what the CI system says in the environment, all of it
 * where there is none. OTALAB_ERR_USAGE with a line. */
int select_shard(struct select *select, const char *text, struct diag *diag);

#endif
