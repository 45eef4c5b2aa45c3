/* SPDX-License-Identifier: MIT */
/*
 * From a scenario to its case: reads the devicetree, signs images and
 * descriptors, and finds what does not fit. Needs no QEMU.
 */
#ifndef OTALAB_ENGINE_CASE_H
#define OTALAB_ENGINE_CASE_H

#include "engine/given.h"

/* 0, or a negative enum otalab_err with a line in `diag`; case_free() must be
 * called either way. Scenario and options must outlive the case. */
int case_make(struct run_case *given, const struct scenario *scenario,
              const struct run_options *options, struct diag *diag);
void case_free(struct run_case *given);

#endif
