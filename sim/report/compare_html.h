/* SPDX-License-Identifier: MIT */
/*
 * A comparison as one HTML page that loads nothing and needs no script: flash
 * maps drawn to scale, a time line of each update with its fatal window, bars
 * beside the figures.
 */
#ifndef OTALAB_REPORT_COMPARE_HTML_H
#define OTALAB_REPORT_COMPARE_HTML_H

#include <stdio.h>

#include "compare/compare.h"

void compare_html(FILE *out, const struct compare *compare);

#endif
