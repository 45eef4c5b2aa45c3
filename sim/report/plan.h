/* SPDX-License-Identifier: MIT */
/*
 * The scenarios of one command line, in the order in which they are reported:
 * names, titles, files, and what became of each. Made from paths and narrowed
 * by a selection; plan_free() frees everything.
 */
#ifndef OTALAB_REPORT_PLAN_H
#define OTALAB_REPORT_PLAN_H

#include <stddef.h>

#include "report/outcome.h"
#include "base/paths.h"
#include "report/select.h"

struct plan_item {
    char *path;
    char *name;   /* the file's name if the scenario cannot be read */
    char *title;  /* "" in that case */
    char *folder; /* evidence folder; NULL before plan_folders() */
    struct outcome outcome;
};

struct plan {
    size_t count;
    struct plan_item *item;
};

/* Scenarios that cannot be read are in the plan too; their outcome says why.
 * Does not take over `paths`. 0, or OTALAB_ERR_SIMULATOR if out of memory. */
int plan_read(struct plan *plan, const struct paths *paths, struct diag *diag);
/* Whether anything matches the filters. */
bool plan_matches(const struct plan *plan, const struct select *select);
/* Keep what matches the filters and, of that, what is in the shard. *matched is
 * the number that match the filters. */
void plan_select(struct plan *plan, const struct select *select,
                 size_t *matched);
/* Give each a folder below `base`, by its name; the second of that name gets
 * NAME-2 and so on. 0, or OTALAB_ERR_SIMULATOR if out of memory. */
int plan_folders(struct plan *plan, const char *base, struct diag *diag);
/* Find the names closest to the one asked for, closest first; returns how many.
 * They are owned by the plan. */
size_t plan_near(const struct plan *plan, const char *word, const char **near,
                 size_t size);
void plan_free(struct plan *plan);

#endif
