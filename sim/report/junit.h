/* SPDX-License-Identifier: MIT */
/*
 * Results as JUnit XML, in the dialect that Jenkins and GitLab read: one suite,
 * one case a scenario, classname by its folder. `failure` is of the device (an
 * expectation, the oracle, a time limit), `error` of everything else; times
 * are virtual seconds. Hostile names and texts leave well-formed XML.
 */
#ifndef OTALAB_REPORT_JUNIT_H
#define OTALAB_REPORT_JUNIT_H

#include <stdio.h>

#include "report/plan.h"

void junit_write(FILE *out, const struct plan *plan);

#endif
