/* SPDX-License-Identifier: MIT */
/* Does the method hold? Some cases are run again, in other ways. */
#ifndef OTALAB_SWEEP_VERIFY_H
#define OTALAB_SWEEP_VERIFY_H

#include "sweep/explore.h"

/*
 * Choose options->check effects of the clean run by seed, half of them (if there
 * are any) merged ones, and run each from power-on as its token says, every
 * second one with the process ended at the cut. Verdict and flash at the end
 * must be what the sweep found. If the device has an accelerator, run as many
 * without it: the verdict must be the same, and what check_left() hashes.
 */
int verify_sample(struct explorer *explorer, struct diag *diag);

#endif
