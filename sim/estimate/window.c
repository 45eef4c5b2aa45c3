/* SPDX-License-Identifier: MIT */
#include "estimate/window.h"

static bool has_end(const struct sweep_position *position, enum sweep_end end)
{
    for (unsigned i = 0; i < position->effects; i++) {
        if (position->effect[i].end == (uint32_t)end) {
            return true;
        }
    }
    return false;
}

int window_of(const struct sweep *sweep, struct window *window)
{
    struct window sum = {.positions = sweep->positions};

    if (sweep->interrupted) {
        return ESTIMATE_OPEN;
    }
    for (size_t i = 0; i < sweep->positions; i++) {
        const struct sweep_position *position = &sweep->position[i];
        bool fatal = has_end(position, SWEEP_FAILED);

        if (position->effects == 0 || has_end(position, SWEEP_OPEN)) {
            return ESTIMATE_OPEN;
        }
        sum.fatal += fatal ? 1u : 0u;
        if (i + 1 < sweep->positions &&
            position[1].time_ns > position->time_ns) {
            uint64_t span = position[1].time_ns - position->time_ns;

            sum.total_ns += span;
            sum.fatal_ns += fatal ? span : 0;
        }
    }
    if (sum.total_ns == 0) {
        return ESTIMATE_POSITIONS;
    }
    *window = sum;
    return 0;
}
