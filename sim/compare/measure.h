/* SPDX-License-Identifier: MIT */
/*
 * What an update has cost, folded from the events of one run:
 *
 *   app.ready  publish     last sign of work      app.ready of the new version
 *   ----|---------|---------------|~~~~ down ~~~~~~~~|--------|~~~|---- end
 *                 |<---------- works_ns ------------>|
 *
 * A plain value; nothing is owned, nothing fails. Times in ns.
 */
#ifndef OTALAB_COMPARE_MEASURE_H
#define OTALAB_COMPARE_MEASURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "record/event.h"

#define MEASURE_DOWNS 16u /* that are kept with their times */

struct measure_span {
    uint64_t from_ns;
    uint64_t to_ns;
};

/* Begin with all zeros. */
struct measure {
    bool published;
    uint64_t published_ns; /* time of the first offer */
    uint32_t old_version;  /* that did its work first; 0: none did */
    uint32_t new_version;  /* that did its work after it; 0: none did */
    uint64_t works_ns;     /* from the offer to the new version's first work */
    uint64_t confirmed_ns; /* .. to the boot that confirms it or starts it as
                              confirmed */
    uint64_t down_ns;      /* sum, from first work to last */
    unsigned downs;
    struct measure_span down[MEASURE_DOWNS];
    uint64_t bytes_down; /* received, with IPv4 and UDP headers */
    uint64_t bytes_up;
    uint32_t resets;
    uint32_t updates;  /* other versions that did their work in turn */
    uint32_t version;  /* that did its work last */
    bool in_recovery;  /* the recovery image runs now */
    uint32_t rejected; /* runs of the new image that ended before its work */
    uint64_t end_ns;
    /* the present state */
    bool works;
    uint64_t since_ns; /* last sign of work, if it does not */
};

void measure_event(struct measure *measure, const struct event *event);
/* All events of a recording, without its header. */
void measure_recording(struct measure *measure, const char *bytes,
                       size_t length);

#endif
