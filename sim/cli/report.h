/* SPDX-License-Identifier: MIT */
/*
 * How a run's result is told: one line when it passed, a block with what was
 * expected, what was seen and the commands to go on with when it did not.
 * Also keeps the evidence of a run in a folder.
 */
#ifndef OTALAB_CLI_REPORT_H
#define OTALAB_CLI_REPORT_H

#include <stdbool.h>
#include <stdio.h>

#include "engine/run.h"

/* How the run was asked for: what the commands to go on with must repeat.
 * NULL = not given. */
struct report_how {
    bool by_file; /* replay cannot find the scenario by its name */
    const char *firmware;
    const char *qemu;
};

void report_result(FILE *out, const struct scenario *scenario,
                   const struct run_result *result,
                   const struct report_how *how, bool color);
/* One JSON object and a line end. */
void report_json(FILE *out, const struct scenario *scenario,
                 const struct run_result *result);
/* recording.ndjson, flash.bin, fuses.bin, qemu.log, token in `folder`: all of
 * them, or with an error none, and none of an earlier run. */
int report_evidence(const char *folder, const struct run_result *result,
                    struct diag *diag);
/* The exit code that a verdict stands for. */
int report_exit_code(enum run_verdict verdict);

#endif
