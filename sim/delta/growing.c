/* SPDX-License-Identifier: MIT */
#include "delta/growing.h"

#include <stdlib.h>

static bool has_room(struct growing *growing)
{
    if (growing->size < growing->room) {
        return true;
    }
    size_t room = growing->room != 0 ? 2 * growing->room : 4096;
    uint8_t *more = growing->failed ? NULL : realloc(growing->at, room);
    if (more == NULL) {
        growing->failed = true;
        return false;
    }
    growing->at = more;
    growing->room = room;
    return true;
}

void growing_put(struct growing *growing, uint8_t byte)
{
    if (has_room(growing)) {
        growing->at[growing->size++] = byte;
    }
}

void growing_add(struct growing *growing, const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        growing_put(growing, bytes[i]);
    }
}
