/* SPDX-License-Identifier: MIT */
/*
 * The same cut on the other machine: the native one if this is QEMU, QEMU if
 * this is the native one. The other tool runs as a child, sweeps that one form
 * at that one position, and sends its result as a file would hold it.
 */
#ifndef OTALAB_CLI_SWEEP_TWIN_H
#define OTALAB_CLI_SWEEP_TWIN_H

#include "sweep/result.h"

struct sweep_twin {
    const char *firmware; /* as given on the command line, or NULL */
    const char *qemu;
    uint32_t cases;
    const volatile sig_atomic_t *stop; /* or NULL */
};

/*
 * Choose cases among the judged effects of the family by the result's seed, and
 * count them in it as CHECK_MACHINE. Place and verdict of the recovery must be
 * the same, and what check_left() hashes. If the other machine is not built, or
 * refuses the scenario (its programs, say), cases count as skipped; if it fails
 * in any other way, as ones that differ. 0, or a negative enum otalab_err with a
 * line in diag.
 */
int sweep_twin(const struct sweep_twin *twin, struct sweep_result *result,
               struct diag *diag);

#endif
