/* SPDX-License-Identifier: MIT */
/*
 * Why a device is in its state: of everything that happened to it, the event
 * that explains it best. Only for messages; nothing is decided by it.
 */
#include "engine/cause.h"

#include <inttypes.h>
#include <stdio.h>

/* A field that must not be 0 for the event to explain anything; -1: none. */
#define ALWAYS (-1)

static const struct {
    uint32_t code;
    unsigned rank; /* a higher rank is never replaced by a lower one */
    int field;
} telling[] = {
    {EVENT_BOOT_NOTHING, 3, ALWAYS},  {EVENT_ROM_NOTHING, 3, ALWAYS},
    {EVENT_BATTERY_LOW, 2, ALWAYS},   {EVENT_CPU_ASLEEP, 2, ALWAYS},
    {EVENT_CPU_WEDGED, 2, ALWAYS},    {EVENT_CPU_STORM, 2, ALWAYS},
    {EVENT_BOOT_ROLLBACK, 2, ALWAYS}, {EVENT_BOOT_REJECT, 1, ALWAYS},
    {EVENT_BOOT_REQUEST, 1, 2},       {EVENT_APP_REFUSED, 1, ALWAYS},
    {EVENT_AGENT_REFUSE, 1, ALWAYS},  {EVENT_AGENT_FAIL, 1, ALWAYS},
};

static unsigned rank_of(const struct event *event)
{
    for (size_t i = 0; i < sizeof telling / sizeof telling[0]; i++) {
        int field = telling[i].field;

        if (telling[i].code == event->code && event->sequence != 0 &&
            (field == ALWAYS || event->number[field] != 0)) {
            return telling[i].rank;
        }
    }
    return 0;
}

void cause_event(struct run *run, const struct event *event)
{
    if (event->device == 0) {
        return;
    }
    struct event *cause = &run->world->device[event->device - 1].cause;

    if (event->code == (uint32_t)EVENT_BOOT_CONFIRM) {
        cause->sequence = 0; /* everything before is over */
    } else if (rank_of(event) > 0 && rank_of(event) >= rank_of(cause)) {
        *cause = *event;
    }
}

const char *cause_text(const struct event *event, char *out, size_t size)
{
    char says[200];

    out[0] = '\0';
    if (event->sequence != 0) {
        story_says(event, says, sizeof says);
        snprintf(out, size, "%s, at %" PRIu64 ".%06u s (#%" PRIu64 ")", says,
                 event->time_ns / 1000000000u,
                 (unsigned)(event->time_ns / 1000u % 1000000u),
                 event->sequence);
    }
    return out;
}
