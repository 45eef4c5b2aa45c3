/* SPDX-License-Identifier: MIT */
/*
 * From a scenario to boards that can be switched on. What setup_run() makes is
 * the run's; setup_free() frees it.
 */
#ifndef OTALAB_ENGINE_SETUP_H
#define OTALAB_ENGINE_SETUP_H

#include "engine/state.h"

/* 0, or a negative enum otalab_err with a line in `diag`. */
int setup_run(struct run *run, struct diag *diag);
void setup_free(struct run *run);

#endif
