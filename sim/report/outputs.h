/* SPDX-License-Identifier: MIT */
/*
 * Where the results of one command line go: stdout as text, JSON or TAP, a
 * JUnit file, GitHub's annotations and summary. Called in the order of the
 * plan. A report that cannot be written is an error in itself.
 */
#ifndef OTALAB_REPORT_OUTPUTS_H
#define OTALAB_REPORT_OUTPUTS_H

#include <stdbool.h>

#include "report/plan.h"

struct outputs {
    bool json;
    bool tap;
    const char *junit; /* file, or NULL */
    bool github;
};

/* Begin all outputs; an earlier run's report is removed. */
int outputs_begin(const struct outputs *outputs, const struct plan *plan,
                  struct diag *diag);
/* Report one scenario, by its index from 0. */
void outputs_case(const struct outputs *outputs, const struct plan *plan,
                  size_t index);
/* End all outputs. `stopped`: by Ctrl-C, so that some were not run. */
int outputs_end(const struct outputs *outputs, const struct plan *plan,
                bool stopped, struct diag *diag);

#endif
