/* SPDX-License-Identifier: MIT */
/* The nodes of a sweep, found by key. Owned by graph_free(). */
#ifndef OTALAB_SWEEP_GRAPH_H
#define OTALAB_SWEEP_GRAPH_H

#include <stddef.h>

#include "engine/run.h"
#include "sweep/sweep.h"

/* How a node ends if nothing cuts it. */
enum node_state {
    NODE_WAITS, /* not run yet */
    NODE_GOES,  /* to `next` */
    NODE_ENDS,  /* the run is over, and passed */
    NODE_FAILS
};

struct graph_node {
    uint8_t key[32];
    struct checkpoint *at;         /* while it waits */
    uint32_t parent;               /* from which the fewest cuts lead to it */
    const struct sweep_form *form; /* of the cut there; NULL: a reset */
    uint32_t draw;                 /* of a random form */
    uint32_t changes;              /* met in it so far */
    struct sweep_place place;
    uint32_t depth;    /* cuts up to it: the fewest, once it is run */
    uint32_t position; /* of the clean run, where the first cut was */
    uint32_t state;    /* enum node_state */
    uint32_t next;
    uint32_t image; /* ENDS: running, as in the oracle's case */
    bool confirmed;
    bool open;            /* its cuts were not tried: the depth was reached */
    uint64_t time_ns;     /* of the boot, up to its end */
    uint64_t content;     /* ENDS: hash of the flash */
    uint64_t left;        /* ENDS: the same without times, see check.h */
    char *text;           /* FAILS: why */
    uint32_t worst;       /* enum sweep_end, by worst_spread() */
    uint32_t first_child; /* in the list of edges */
};

/* A cut from one node to another. */
struct graph_edge {
    uint32_t to;
    uint32_t more; /* the next of the same node, or SWEEP_NONE */
};

struct graph {
    size_t nodes;
    struct graph_node *node;
    size_t node_room;
    size_t edges;
    struct graph_edge *edge;
    size_t edge_room;
    uint32_t *slot; /* hash table of numbers + 1 */
    size_t slots;   /* a power of two */
};

/* The node with that key, or SWEEP_NONE. */
uint32_t graph_find(const struct graph *graph, const uint8_t key[32]);
/* Add one with a new key. Its number, or SWEEP_NONE if out of memory. */
uint32_t graph_add(struct graph *graph, const uint8_t key[32]);
/* 0, or -1 if out of memory. */
int graph_join(struct graph *graph, uint32_t from, uint32_t to);
/* `from` resets itself into a known node. If that waits, found after more cuts
 * than lead to `from`, it is found from there instead: true, and it has no
 * checkpoint any more, so the caller must run it now. Otherwise false. */
bool graph_nearer(struct graph *graph, uint32_t number, uint32_t from);
void graph_free(struct graph *graph);

#endif
