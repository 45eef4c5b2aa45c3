/* SPDX-License-Identifier: MIT */
#include "tui/branch.h"

#include <string.h>

int branch_child(const struct branches *branches, unsigned of, unsigned n)
{
    for (unsigned i = 0; i < branches->count; i++) {
        if (branches->branch[i].parent == (int)of && n-- == 0) {
            return (int)i;
        }
    }
    return -1;
}

int branch_sibling(const struct branches *branches, unsigned of, int step)
{
    int parent = branches->branch[of].parent;

    if (parent < 0) {
        return -1;
    }
    for (int i = (int)of + step; i >= 0 && i < (int)branches->count;
         i += step) {
        if (branches->branch[i].parent == parent) {
            return i;
        }
    }
    return -1;
}

unsigned branch_faults(const struct branches *branches, unsigned of,
                       const char *faults[BRANCHES])
{
    unsigned count = 0;

    for (int i = (int)of; branches->branch[i].parent >= 0;
         i = branches->branch[i].parent) {
        count++;
    }
    unsigned at = count;

    for (int i = (int)of; at > 0; i = branches->branch[i].parent) {
        faults[--at] = branches->branch[i].fault;
    }
    return count;
}

uint64_t branch_difference(const struct branch *a, const struct branch *b)
{
    uint64_t events_a =
        a->known.history != NULL ? history_events(a->known.history) : 0;
    uint64_t events_b =
        b->known.history != NULL ? history_events(b->known.history) : 0;
    uint64_t both = events_a < events_b ? events_a : events_b;

    for (uint64_t n = 1; n <= both; n++) {
        struct event one;
        struct event other;

        history_event(a->known.history, n, &one);
        history_event(b->known.history, n, &other);
        if (memcmp(&one, &other, sizeof one) != 0) {
            return n;
        }
    }
    return events_a == events_b ? 0 : both + 1;
}

void branches_free(struct branches *branches)
{
    for (unsigned i = 0; i < branches->count; i++) {
        struct branch *branch = &branches->branch[i];

        live_end(branch->live);
        timeline_free(&branch->timeline);
        known_free(&branch->known);
        scenario_free(branch->scenario);
    }
    *branches = (struct branches){0};
}
