/* SPDX-License-Identifier: MIT */
/*
 * Who speaks to whom in the world: a node (a device or the server) and one of
 * its ports, like an address and a UDP port. A value of 8 bytes without
 * padding. The engine numbers the nodes.
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
