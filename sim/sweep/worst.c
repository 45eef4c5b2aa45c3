/* SPDX-License-Identifier: MIT */
#include "sweep/worst.h"

#include <stdlib.h>
#include <string.h>

const struct graph_node *worst_clean(const struct graph *graph)
{
    const struct graph_node *node = &graph->node[0];

    while (node->state == NODE_GOES) {
        node = &graph->node[node->next];
    }
    return node;
}

static uint32_t own_end(const struct graph_node *node,
                        const struct graph_node *clean)
{
    switch (node->state) {
    case NODE_FAILS:
        return SWEEP_FAILED;
    case NODE_ENDS:
        return node->image == clean->image &&
                       node->confirmed == clean->confirmed
                   ? SWEEP_SAME
                   : SWEEP_OTHER;
    default:
        return SWEEP_OPEN;
    }
}

static uint32_t worse(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

/* Along the resets, back from the ends: nodes are numbered as they are found,
 * so most follow a lower number and few rounds are needed. */
static void follow_resets(struct graph *graph)
{
    bool changed = true;

    while (changed) {
        changed = false;
        for (size_t i = graph->nodes; i-- > 0;) {
            struct graph_node *node = &graph->node[i];
            uint32_t before = node->worst;

            if (node->next != SWEEP_NONE && node->state == NODE_GOES) {
                node->worst = worse(before, graph->node[node->next].worst);
            }
            changed |= node->worst != before;
        }
    }
}

/* One cut more: take over what the cuts of each node led to so far. */
static bool follow_cuts(struct graph *graph, const uint32_t *so_far)
{
    bool changed = false;

    for (size_t i = 0; i < graph->nodes; i++) {
        struct graph_node *node = &graph->node[i];
        uint32_t before = node->worst;

        for (uint32_t edge = node->depth == 0 ? SWEEP_NONE : node->first_child;
             edge != SWEEP_NONE; edge = graph->edge[edge].more) {
            node->worst = worse(node->worst, so_far[graph->edge[edge].to]);
        }
        changed |= node->worst != before;
    }
    return changed;
}

int worst_spread(struct graph *graph, uint32_t depth)
{
    const struct graph_node *clean = worst_clean(graph);
    uint32_t *so_far = malloc((graph->nodes + 1) * sizeof *so_far);

    if (so_far == NULL) {
        return -1;
    }
    for (size_t i = 0; i < graph->nodes; i++) {
        graph->node[i].worst = own_end(&graph->node[i], clean);
    }
    follow_resets(graph);
    for (bool changed = true; depth > 1 && changed; depth--) {
        for (size_t i = 0; i < graph->nodes; i++) {
            so_far[i] = graph->node[i].worst;
        }
        changed = follow_cuts(graph, so_far);
        follow_resets(graph);
    }
    free(so_far);
    return 0;
}
