/* SPDX-License-Identifier: MIT */
/*
 * What a device has cost in a run, as text and as JSON: flash, bytes, energy by
 * load and state, and what the network charges for. Prints; owns nothing.
 */
#ifndef OTALAB_REPORT_COST_H
#define OTALAB_REPORT_COST_H

#include <stdio.h>

#include "base/json.h"
#include "report/outcome.h"

/* Lines that begin with two blanks. `number`: of the device, 0 if there is only
 * one. */
void cost_text(FILE *out, const struct outcome_cost *cost, unsigned number);
/* One object in the array that is open. */
void cost_json(struct json *json, const struct outcome_cost *cost);

/* "605.96 J": uJ in the largest unit, with three significant places at least;
 * returns `out`. */
const char *cost_energy(uint64_t uj, char *out, size_t size);

#endif
