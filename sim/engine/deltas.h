/* SPDX-License-Identifier: MIT */
/*
 * The patches that the server keeps: to each published image from the images
 * that come before it in the scenario, made and applied before the run begins,
 * so no untested combination is ever offered.
 */
#ifndef OTALAB_ENGINE_DELTAS_H
#define OTALAB_ENGINE_DELTAS_H

#include "engine/given.h"

/* Fill given->patches and what is served, after the offers were prepared. 0, or
 * a negative enum otalab_err with a line in `diag`. */
int deltas_prepare(struct run_case *given, struct diag *diag);
void deltas_free(struct run_case *given);

#endif
