/* SPDX-License-Identifier: MIT */
/*
 * What GitHub Actions shows in addition to the log: an annotation at the line
 * of each failed expectation, and a Markdown summary of the step. Hostile names
 * and texts are escaped by GitHub's rules.
 */
#ifndef OTALAB_REPORT_GITHUB_H
#define OTALAB_REPORT_GITHUB_H

#include <stdbool.h>
#include <stdio.h>

#include "report/plan.h"

/* Whether this is a step of a workflow. */
bool github_here(void);
/* Write one ::error line for each failure. `path` is the item's, as the
 * repository knows it. */
void github_annotate(FILE *out, const struct plan_item *item, const char *path);
/* Write totals, then the failures with their commands. */
void github_summary(FILE *out, const struct plan *plan);
/* Write `path` relative to the workspace, if it lies there, to `out`; otherwise
 * unchanged. */
void github_path(const char *path, const char *workspace, char *out,
                 size_t size);

#endif
