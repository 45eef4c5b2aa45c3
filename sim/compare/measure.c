/* SPDX-License-Identifier: MIT */
#include "compare/measure.h"

#include <string.h>

#include "oracle/decode.h"
#include "record/event_read.h"

#define HEADERS 28u /* bytes of IPv4 and UDP headers */

static void goes_up(struct measure *measure, const struct event *event)
{
    uint32_t version = (uint32_t)event->number[0];

    measure->updates += measure->version != 0 && version != measure->version;
    measure->version = version;
    if (measure->old_version == 0) {
        measure->old_version = version;
    } else if (version != measure->old_version && measure->new_version == 0) {
        measure->new_version = version;
        measure->works_ns = event->time_ns - measure->published_ns;
    }
    if (!measure->works && measure->since_ns != 0) {
        if (measure->downs < MEASURE_DOWNS) {
            measure->down[measure->downs++] =
                (struct measure_span){measure->since_ns, event->time_ns};
        }
        measure->down_ns += event->time_ns - measure->since_ns;
    }
    measure->works = true;
    measure->in_recovery = false;
}

static void goes_down(struct measure *measure, uint64_t now_ns)
{
    if (measure->works) {
        measure->since_ns = now_ns;
    }
    measure->works = false;
    measure->in_recovery = false;
}

static void starts(struct measure *measure, const struct event *event)
{
    uint32_t version = (uint32_t)event->number[2];
    bool confirmed = event->number[1] == JOURNAL_CONFIRMED;

    measure->rejected += measure->published && version != measure->old_version;
    if (confirmed && measure->old_version != 0 &&
        version != measure->old_version && measure->confirmed_ns == 0) {
        measure->confirmed_ns = event->time_ns - measure->published_ns;
    }
}

void measure_event(struct measure *measure, const struct event *event)
{
    measure->end_ns = event->time_ns;
    switch (event->code) {
    case EVENT_SERVER_PUBLISH:
        if (!measure->published) {
            measure->published = true;
            measure->published_ns = event->time_ns;
        }
        break;
    case EVENT_APP_READY:
        goes_up(measure, event);
        break;
    case EVENT_BOOT_JUMP:
        starts(measure, event);
        break;
    case EVENT_RESET:
        measure->resets += measure->published;
        goes_down(measure, event->time_ns);
        break;
    case EVENT_RESET_REQUEST:
    case EVENT_POWER_CUT:
        goes_down(measure, event->time_ns);
        break;
    case EVENT_RECOVERY_START:
        measure->in_recovery = true;
        break;
    case EVENT_RADIO_RECEIVE:
        measure->bytes_down += event->number[0] + HEADERS;
        break;
    case EVENT_RADIO_SEND:
        measure->bytes_up += event->number[0] + HEADERS;
        break;
    default:
        break;
    }
}

void measure_recording(struct measure *measure, const char *bytes,
                       size_t length)
{
    const char *end = bytes + length;
    const char *line = memchr(bytes, '\n', length);

    for (line = line != NULL ? line + 1 : end; line < end;) {
        const char *next = memchr(line, '\n', (size_t)(end - line));
        size_t size = (size_t)((next != NULL ? next : end) - line);
        struct event event;

        if (event_read(line, size, &event) == 0) {
            measure_event(measure, &event);
        }
        line += size + 1u;
    }
}
