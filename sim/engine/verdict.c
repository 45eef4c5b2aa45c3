/* SPDX-License-Identifier: MIT */
/* Why a run fails. */
#include "engine/verdict.h"

#include <inttypes.h>
#include <stdio.h>

struct run_failure *verdict_fail(struct run *run, struct place place,
                                 uint64_t sequence, const char *expected,
                                 const char *seen)
{
    struct world *world = run->world;

    if (world->failures == RUN_FAILURES) {
        world->more_failures++;
        return NULL;
    }
    struct run_failure *failure = &world->failure[world->failures++];
    failure->place = place;
    failure->sequence = sequence;
    snprintf(failure->expected, sizeof failure->expected, "%s", expected);
    snprintf(failure->seen, sizeof failure->seen, "%s", seen);
    return failure;
}

const char *verdict_time(uint64_t ns, char *out, size_t size)
{
    snprintf(out, size, "%" PRIu64 ".%06u s", ns / 1000000000u,
             (unsigned)(ns / 1000u % 1000000u));
    return out;
}
