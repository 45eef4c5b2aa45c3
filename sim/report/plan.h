/* SPDX-License-Identifier: MIT */
/*
 * The scenarios of one command line, in the order in which they are told:
 * names, titles, files, and what became of each. Made from paths, narrowed by
 * a selection; plan_free() frees it all.
 */
#ifndef OTALAB_REPORT_PLAN_H
#define OTALAB_REPORT_PLAN_H

#include <stddef.h>

#include "report/outcome.h"
#include "base/paths.h"
#include "report/select.h"

struct plan_item {
    char *path;
    char *name;   /* the file's, when the scenario cannot be read */
    char *title;  /* "" then */
    char *folder; /* where evidence goes; NULL before plan_folders() */
    struct outcome outcome;
};

struct plan {
    size_t count;
    struct plan_item *item;
};

/* Whatever cannot be read is in the plan too, its outcome says why. Takes
 * nothing over. 0 or OTALAB_ERR_SIMULATOR without memory. */
int plan_read(struct plan *plan, const struct paths *paths, struct diag *diag);
/* Does anything match the filters? */
bool plan_matches(const struct plan *plan, const struct select *select);
/* Keep what matches the filters, and of that what is in the shard. The first
 * step's count is left in *matched. */
void plan_select(struct plan *plan, const struct select *select,
                 size_t *matched);
/* A folder below `base` for each, by name; of equal names the second gets
 * NAME-2 and so on. 0 or OTALAB_ERR_SIMULATOR without memory. */
int plan_folders(struct plan *plan, const char *base, struct diag *diag);
/* The names nearest to what was asked for, nearest first; how many. They
 * belong to the plan. */
size_t plan_near(const struct plan *plan, const char *word, const char **near,
                 size_t size);
void plan_free(struct plan *plan);

#endif
