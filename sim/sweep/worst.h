/* SPDX-License-Identifier: MIT */
/*
 * The worst that can follow from each node of a sweep.
 *
 * A recovery that joins the clean run ends as the clean run does: what a later
 * cut does to that is shown at the later position. So a position is blamed only
 * for what a cut there leads to, and every shard comes to the same end.
 */
#ifndef OTALAB_SWEEP_WORST_H
#define OTALAB_SWEEP_WORST_H

#include "sweep/graph.h"

/* The node at which the clean run ends, or as far as it was run. */
const struct graph_node *worst_clean(const struct graph *graph);
/* Set `worst` of all nodes but the clean run's to the worst end after at most
 * depth - 1 further cuts. 0, or -1 if out of memory. */
int worst_spread(struct graph *graph, uint32_t depth);

#endif
