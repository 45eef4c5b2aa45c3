/* SPDX-License-Identifier: MIT */
/*
 * Puts the parts of one sweep together. Positions, effects and verdicts
 * are those of an undivided sweep. Counts of boots are sums, and higher than
 * those of an undivided one, because parts share no memory; with several cuts
 * in a row, a part may also find more boots that fail.
 */
#ifndef OTALAB_SWEEP_MERGE_H
#define OTALAB_SWEEP_MERGE_H

#include "sweep/result.h"

struct merge_part {
    const char *name; /* for messages: its file */
    struct sweep_result result;
};

/* Merge parts of a sweep that was divided into `shards` of them, given in any
 * order. *whole takes part `shard` of `shards` as its own number; it must be
 * freed. 0, or OTALAB_ERR_USAGE if they do not belong together, with a line that
 * says which and why. */
int merge(const struct merge_part *part, size_t parts, uint32_t shard,
          uint32_t shards, struct sweep_result *whole, struct diag *diag);
/* Check first that they are all shards of one sweep, each once. */
int merge_all(const struct merge_part *part, size_t parts,
              struct sweep_result *whole, struct diag *diag);

#endif
