/* SPDX-License-Identifier: MIT */
/* A sweep's result as text for a terminal or a log. */
#ifndef OTALAB_REPORT_SWEEP_TEXT_H
#define OTALAB_REPORT_SWEEP_TEXT_H

#include "sweep/result.h"

struct sweep_show {
    bool color;
    bool ascii;           /* the terminal has no UTF-8 */
    bool quiet;           /* failures and the last line alone */
    const char *json;     /* the file that holds it all; NULL: none */
    const char *firmware; /* for commands; NULL: not given */
};

/* 0, or -1 if out of memory. */
int sweep_text(FILE *out, const struct sweep_result *result,
               const struct sweep_show *show);
/* Seconds with three digits: "28.985 s". Returns `out`. */
const char *sweep_seconds(uint64_t ns, char *out, size_t size);

/* Failures with equal texts: the first of each, with the number of them. */
struct sweep_group {
    const struct sweep_failure *first;
    size_t count;
};
/* *groups is malloc'ed; returns their number, 0 also if out of memory. */
size_t sweep_groups(const struct sweep_result *result,
                    struct sweep_group **groups);

#endif
