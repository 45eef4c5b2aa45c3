/* SPDX-License-Identifier: MIT */
/* A comparison as a table of at most 100 columns, and as JSON. */
#ifndef OTALAB_REPORT_COMPARE_TEXT_H
#define OTALAB_REPORT_COMPARE_TEXT_H

#include <stdio.h>

#include "compare/compare.h"

/* The run that a figure comes from. */
enum compare_source {
    FROM_RUN = 0,
    FROM_WEAR,
    FROM_SWEEP,
    FROM_CRASH,
    FROM_FLEET
};

#define COMPARE_CELL 64u
struct compare_line {
    const char *name;
    enum compare_source source;
    /* Returns `out`, of COMPARE_CELL bytes. */
    const char *(*cell)(const struct compare_row *row, char *out);
};
/* The rows of the table in order; NULL past the last one. Those of the fleet are
 * left out if none was asked for. */
const struct compare_line *compare_line_at(unsigned index);

/* `verbose`: every position at which a cut can be fatal, too. */
void compare_text(FILE *out, const struct compare *compare, bool verbose);
void compare_json(FILE *out, const struct compare *compare);

#endif
