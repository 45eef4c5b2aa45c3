/* SPDX-License-Identifier: MIT */
/*
 * Results as TAP 13 (Test Anything Protocol): one line per scenario, and below
 * one that is not ok a YAML block with what was expected, what was seen and the
 * commands to continue with. Hostile names and texts cannot break a line.
 */
#ifndef OTALAB_REPORT_TAP_H
#define OTALAB_REPORT_TAP_H

#include <stdio.h>

#include "report/plan.h"

void tap_begin(FILE *out, size_t count);
/* `number` counts from 1. */
void tap_case(FILE *out, size_t number, const struct plan_item *item);
/* The last line of a run that was stopped. */
void tap_bail_out(FILE *out);

#endif
