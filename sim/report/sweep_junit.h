/* SPDX-License-Identifier: MIT */
/*
 * A sweep's result for CI systems: as JUnit XML, with one case for each kind of
 * operation in each partition, so that names stay the same from one sweep to
 * the next; as GitHub's annotations, one for each kind of failure.
 */
#ifndef OTALAB_REPORT_SWEEP_JUNIT_H
#define OTALAB_REPORT_SWEEP_JUNIT_H

#include "sweep/result.h"

/* 0, or -1 if out of memory. */
int sweep_junit(FILE *out, const struct sweep_result *result);
void sweep_annotate(FILE *out, const struct sweep_result *result);

#endif
