/* SPDX-License-Identifier: MIT */
/*
 * One scenario, run once on the real binaries: provision, start the machine,
 * serve its doorbells, place the faults, watch, judge. The caller owns
 * scenario, options and result; run_scenario() owns everything between.
 */
#ifndef OTALAB_ENGINE_RUN_H
#define OTALAB_ENGINE_RUN_H

#include "base/diag.h"
#include "engine/result.h"
#include "scenario/mistakes.h"

/* 0 when there is a verdict (all but RUN_ERROR); otherwise a negative enum
 * otalab_err with a line in diag, and the evidence as far as there is any. */
int run_scenario(const struct scenario *scenario,
                 const struct run_options *options, struct run_result *result,
                 struct diag *diag);

/* Would run_scenario() come as far as power-on? Needs no QEMU. `mistakes` has
 * what is wrong with the scenario; other errors are in diag alone. */
int run_check(const struct scenario *scenario,
              const struct run_options *options, struct mistakes *mistakes,
              struct diag *diag);

#endif
