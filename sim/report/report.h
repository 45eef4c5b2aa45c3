/* SPDX-License-Identifier: MIT */
/*
 * How a run's result is printed: one line if it passed; otherwise a block with
 * what was expected, what was seen and the commands to continue with. Also as
 * one JSON object, for programs.
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
/* Print what the run cost each device: flash operations, erases of the sector
 * erased most often, bytes on the link. */
void report_cost(FILE *out, const struct run_result *result);
/* Print one line for an outcome that did not pass; nothing for others. */
void report_line(FILE *out, const struct plan_item *item, bool color);
/* Write one JSON object and a line end. */
void report_json(FILE *out, const struct plan_item *item,
                 const struct outcome *outcome);
/* The exit code for a verdict. */
int report_exit_code(enum run_verdict verdict);

#endif
