/* SPDX-License-Identifier: MIT */
#include "engine/day.h"

uint64_t day_deadline(const struct world *world, uint64_t span_ns)
{
    return span_ns < BOARD_FOREVER - world->paused_ns
               ? world->paused_ns + span_ns
               : BOARD_FOREVER;
}
