/* SPDX-License-Identifier: MIT */
/* The walk of a sweep: boots are run, and cut, until nothing new is found. */
#ifndef OTALAB_SWEEP_EXPLORE_H
#define OTALAB_SWEEP_EXPLORE_H

#include "sweep/graph.h"

struct explorer {
    const struct sweep_options *options;
    struct sweep *sweep;
    const struct run_case *given;
    struct run *run;
    struct graph graph;
    struct {
        uint32_t *node;
        size_t count;
        size_t room;
    } queue[SWEEP_DEPTH_MAX + 1];
    size_t queued;
    uint64_t clean_ns;   /* of the boots of the clean run so far */
    uint32_t clean_boot; /* the present one, from 1 */
    bool out_of_memory;
};

/* Run from power-on, and then whatever follows from cuts. The run has begun. 0,
 * also if interrupted, or a negative enum otalab_err with a line in diag. */
int explore(struct explorer *explorer, struct diag *diag);
void explore_free(struct explorer *explorer);

#endif
