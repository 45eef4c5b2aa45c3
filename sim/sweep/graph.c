/* SPDX-License-Identifier: MIT */
#include "sweep/graph.h"

#include <stdlib.h>
#include <string.h>

#include "engine/checkpoint.h"

#define FIRST_SLOTS 4096u

static size_t slot_of(const struct graph *graph, const uint8_t key[32])
{
    uint64_t hash;

    memcpy(&hash, key, sizeof hash); /* a digest: any part is as good */
    size_t slot = (size_t)hash & (graph->slots - 1);

    while (graph->slot[slot] != 0 &&
           memcmp(graph->node[graph->slot[slot] - 1].key, key, 32) != 0) {
        slot = (slot + 1) & (graph->slots - 1);
    }
    return slot;
}

uint32_t graph_find(const struct graph *graph, const uint8_t key[32])
{
    if (graph->slots == 0) {
        return SWEEP_NONE;
    }
    uint32_t found = graph->slot[slot_of(graph, key)];

    return found != 0 ? found - 1 : SWEEP_NONE;
}

/* Keep the table at most half full. */
static int make_slots(struct graph *graph)
{
    size_t slots = graph->slots == 0 ? FIRST_SLOTS : graph->slots;

    while (slots < 2 * (graph->nodes + 1)) {
        slots *= 2;
    }
    if (slots == graph->slots) {
        return 0;
    }
    uint32_t *made = calloc(slots, sizeof *made);

    if (made == NULL) {
        return -1;
    }
    free(graph->slot);
    graph->slot = made;
    graph->slots = slots;
    for (uint32_t i = 0; i < graph->nodes; i++) {
        made[slot_of(graph, graph->node[i].key)] = i + 1;
    }
    return 0;
}

/* Room for one more in a list that doubles. */
static int make_room(void **list, size_t *room, size_t count, size_t size)
{
    if (count < *room) {
        return 0;
    }
    size_t more = *room == 0 ? 1024 : *room * 2;
    void *grown = realloc(*list, more * size);

    if (grown == NULL) {
        return -1;
    }
    *list = grown;
    *room = more;
    return 0;
}

uint32_t graph_add(struct graph *graph, const uint8_t key[32])
{
    void *list = graph->node;

    if (make_room(&list, &graph->node_room, graph->nodes,
                  sizeof *graph->node) != 0) {
        return SWEEP_NONE;
    }
    graph->node = list;
    if (make_slots(graph) != 0) {
        return SWEEP_NONE;
    }
    uint32_t number = (uint32_t)graph->nodes;

    graph->node[number] = (struct graph_node){.parent = SWEEP_NONE,
                                              .position = SWEEP_NONE,
                                              .next = SWEEP_NONE,
                                              .first_child = SWEEP_NONE};
    memcpy(graph->node[number].key, key, 32);
    graph->slot[slot_of(graph, key)] = number + 1;
    graph->nodes++;
    return number;
}

int graph_join(struct graph *graph, uint32_t from, uint32_t to)
{
    void *list = graph->edge;

    if (make_room(&list, &graph->edge_room, graph->edges,
                  sizeof *graph->edge) != 0) {
        return -1;
    }
    graph->edge = list;
    graph->edge[graph->edges] =
        (struct graph_edge){to, graph->node[from].first_child};
    graph->node[from].first_child = (uint32_t)graph->edges++;
    return 0;
}

bool graph_nearer(struct graph *graph, uint32_t number, uint32_t from)
{
    struct graph_node *node = &graph->node[number];
    const struct graph_node *by = &graph->node[from];

    if (node->state != NODE_WAITS || node->depth <= by->depth) {
        return false;
    }
    checkpoint_leave(node->at);
    node->at = NULL;
    node->parent = from;
    node->form = NULL;
    node->draw = 0;
    node->place = (struct sweep_place){.code = 0};
    node->depth = by->depth;
    node->position = by->position;
    return true;
}

void graph_free(struct graph *graph)
{
    for (size_t i = 0; i < graph->nodes; i++) {
        checkpoint_leave(graph->node[i].at);
        free(graph->node[i].text);
    }
    free(graph->node);
    free(graph->edge);
    free(graph->slot);
    *graph = (struct graph){0};
}
