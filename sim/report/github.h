/* SPDX-License-Identifier: MIT */
/*
 * What GitHub Actions shows beside the log: an annotation at the line of each
 * expectation that failed, and a summary of the step in Markdown. Hostile
 * names and texts are escaped by GitHub's rules.
 */
#ifndef OTALAB_REPORT_GITHUB_H
#define OTALAB_REPORT_GITHUB_H

#include <stdbool.h>
#include <stdio.h>

#include "report/plan.h"

/* Is this a step of a workflow? */
bool github_here(void);
/* One ::error line for each failure. `path` is the item's, as the repository
 * knows it. */
void github_annotate(FILE *out, const struct plan_item *item, const char *path);
/* Totals, then the failures with their commands. */
void github_summary(FILE *out, const struct plan *plan);
/* `path` below the workspace, if it is there, into `out`; else as it is. */
void github_path(const char *path, const char *workspace, char *out,
                 size_t size);

#endif
