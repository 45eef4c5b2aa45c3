/* SPDX-License-Identifier: MIT */
/* `otalab sweep SCENARIO --find DUMP`: which cut left this flash? */
#ifndef OTALAB_CLI_SWEEP_FIND_H
#define OTALAB_CLI_SWEEP_FIND_H

#include "sweep/sweep.h"

/* Print the tokens of the cuts that leave exactly the bytes of the file, or the
 * nearest. Returns an exit code, 0: found, 1: not, or a negative enum otalab_err
 * with a line in diag. */
int sweep_find(const struct scenario *scenario,
               const struct sweep_options *options, const char *path,
               struct diag *diag);

#endif
