/* SPDX-License-Identifier: MIT */
/*
 * Results as JUnit XML, in the dialect that Jenkins and GitLab read: one suite,
 * one case per scenario, with its folder as classname. A `failure` is the
 * device's (an expectation, the oracle, a time limit), an `error` is anything
 * else; times are virtual seconds. Hostile names and texts still give
 * well-formed XML.
 */
#ifndef OTALAB_REPORT_JUNIT_H
#define OTALAB_REPORT_JUNIT_H

#include <stdio.h>

#include "report/plan.h"

void junit_write(FILE *out, const struct plan *plan);

#endif
