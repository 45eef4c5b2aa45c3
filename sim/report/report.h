/* SPDX-License-Identifier: MIT */
/*
 * How a run's result is told: one line when it passed, a block with what was
 * expected, what was seen and the commands to go on with when it did not; and
 * the same for a program, as one JSON object.
 */
#ifndef OTALAB_REPORT_REPORT_H
#define OTALAB_REPORT_REPORT_H

#include <stdbool.h>
#include <stdio.h>

#include "report/followup.h"
#include "report/plan.h"
#include "engine/run.h"

void report_result(FILE *out, const struct scenario *scenario,
                   const struct run_result *result,
                   const struct report_how *how, bool color);
/* What the run cost each device: flash operations, erases of the sector that
 * had most, bytes on the link. */
void report_cost(FILE *out, const struct run_result *result);
/* What became of one that did not pass, in a line; nothing for the others. */
void report_line(FILE *out, const struct plan_item *item, bool color);
/* One JSON object and a line end. */
void report_json(FILE *out, const struct plan_item *item,
                 const struct outcome *outcome);
/* The exit code that a verdict stands for. */
int report_exit_code(enum run_verdict verdict);

#endif
