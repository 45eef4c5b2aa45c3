/* SPDX-License-Identifier: MIT */
/* The event that came closest to the one waited for. */
#include "engine/near.h"

#include <inttypes.h>
#include <stdio.h>

#include "engine/verdict.h"
#include "record/story.h"
#include "scenario/pattern.h"

void near_note(struct world_near *near, const struct pattern *pattern,
               const struct event *event)
{
    unsigned differs = pattern_differs(pattern, event);

    if (differs != PATTERN_FAR &&
        (near->differs == 0 || differs <= near->differs)) {
        near->differs = differs;
        near->event = *event;
    }
}

void near_text(const struct world_near *near, const struct pattern *pattern,
               struct run_failure *failure)
{
    char at[32];
    char says[160];
    char difference[160];

    if (failure == NULL || near->differs == 0) {
        return;
    }
    story_says(&near->event, says, sizeof says);
    snprintf(failure->near, sizeof failure->near, "#%" PRIu64 " at %s: %s (%s)",
             near->event.sequence,
             verdict_time(near->event.time_ns, at, sizeof at), says,
             pattern_difference(pattern, &near->event, difference,
                                sizeof difference));
}
