/* SPDX-License-Identifier: MIT */
/*
 * Who speaks to whom in the world: a node (a device, the server) and a port
 * of it, as an address and a UDP port are. A value of 8 bytes without
 * padding. The numbers of nodes are the engine's to give.
 */
#ifndef OTALAB_OUTSIDE_ENDPOINT_H
#define OTALAB_OUTSIDE_ENDPOINT_H

#include <stdbool.h>
#include <stdint.h>

struct endpoint {
    uint32_t node;
    uint32_t port;
};

static inline bool endpoint_equal(struct endpoint a, struct endpoint b)
{
    return a.node == b.node && a.port == b.port;
}

#endif
