/* SPDX-License-Identifier: MIT */
/* Does the method hold? Some cases are replayed from power-on. */
#ifndef OTALAB_SWEEP_VERIFY_H
#define OTALAB_SWEEP_VERIFY_H

#include "sweep/explore.h"

/*
 * Choose options->check effects of the clean run by seed, half of them (if there
 * are any) merged ones, and run each from power-on as its token says, every
 * second one with the process ended at the cut. Verdict and flash at the end
 * must be what the sweep found; counts tell how many were.
 */
int verify_sample(struct explorer *explorer, struct diag *diag);

#endif
