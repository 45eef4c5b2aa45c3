/* SPDX-License-Identifier: MIT */
/* Is a cut between two lasting changes one of those that a sweep makes? */
#ifndef OTALAB_SWEEP_BETWEEN_H
#define OTALAB_SWEEP_BETWEEN_H

#include "sweep/explore.h"

/*
 * A sweep cuts at lasting changes alone, because nothing else lasts. Choose
 * options->check of its positions by seed and cut there at up to BETWEEN_CUTS
 * later times, before the next change begins: each must leave the flash and
 * fuses of a cut right after the change, or right before the next one. Counted
 * as CHECK_BETWEEN. 0, or a negative enum otalab_err with a line in diag.
 */
#define BETWEEN_CUTS 16u
int between_sample(struct explorer *explorer, struct diag *diag);

#endif
