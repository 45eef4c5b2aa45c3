/* SPDX-License-Identifier: MIT */
/*
 * A sweep's result as one HTML page that loads nothing: the strip as buttons,
 * tables, failures. Without a script the tables still say everything but single
 * positions. 0, or -1 if out of memory.
 */
#ifndef OTALAB_REPORT_SWEEP_HTML_H
#define OTALAB_REPORT_SWEEP_HTML_H

#include "sweep/result.h"

int sweep_html(FILE *out, const struct sweep_result *result);

#endif
