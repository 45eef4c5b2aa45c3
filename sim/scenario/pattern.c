/* SPDX-License-Identifier: MIT */
#include "scenario/pattern.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "scenario/schema.h"

static bool other_device(const struct pattern *pattern,
                         const struct event *event)
{
    return pattern->device != 0 && pattern->device != event->device;
}

static bool field_differs(const struct pattern *pattern, unsigned i,
                          const struct event *event)
{
    return !event_matches(event, pattern->want[i].field, pattern->want[i].text);
}

bool pattern_fits(const struct pattern *pattern, const struct event *event)
{
    return pattern->code == event->code && pattern_differs(pattern, event) == 0;
}

unsigned pattern_differs(const struct pattern *pattern,
                         const struct event *event)
{
    unsigned differs = other_device(pattern, event) ? 1 : 0;

    if (pattern->code != event->code) {
        return PATTERN_FAR;
    }
    for (unsigned i = 0; i < pattern->fields; i++) {
        differs += field_differs(pattern, i, event) ? 1 : 0;
    }
    return differs;
}

/* ---- as text ------------------------------------------------------------- */

struct line {
    char *out;
    size_t size;
    size_t used;
};

__attribute__((format(printf, 2, 3))) static void put(struct line *line,
                                                      const char *format, ...)
{
    size_t room = line->size - line->used;
    va_list args;

    va_start(args, format);
    int n = vsnprintf(line->out + line->used, room, format, args);
    va_end(args);
    if (n > 0) {
        line->used += (size_t)n < room ? (size_t)n : room - 1;
    }
}

/* Durations are kept in ns. */
static const char *wanted(const struct pattern *pattern, unsigned i, char *out,
                          size_t size)
{
    const struct event_kind *kind = event_kind(pattern->code);
    const char *text = pattern->want[i].text;

    if (kind->field[pattern->want[i].field].kind == 'd') {
        event_time(strtoull(text, NULL, 10), out, size);
    } else {
        snprintf(out, size, "%s", text);
    }
    return out;
}

static const char *field_key(const struct pattern *pattern, unsigned i)
{
    return event_kind(pattern->code)->field[pattern->want[i].field].key;
}

const char *pattern_text(const struct pattern *pattern, char *out, size_t size)
{
    struct line line = {out, size, 0};
    char want[SCENARIO_NAME];

    put(&line, "%s", event_kind(pattern->code)->name);
    for (unsigned i = 0; i < pattern->fields; i++) {
        put(&line, " %s=%s", field_key(pattern, i),
            wanted(pattern, i, want, sizeof want));
    }
    if (pattern->nth > 1) {
        put(&line, " nth=%u", (unsigned)pattern->nth);
    }
    if (pattern->device != 0) {
        put(&line, " device=%u", (unsigned)pattern->device);
    }
    return out;
}

const char *pattern_difference(const struct pattern *pattern,
                               const struct event *event, char *out,
                               size_t size)
{
    struct line line = {out, size, 0};
    char want[SCENARIO_NAME];
    char value[EVENT_TEXT];

    out[0] = '\0';
    if (other_device(pattern, event)) {
        put(&line, "device is %u, not %u", (unsigned)event->device,
            (unsigned)pattern->device);
    }
    for (unsigned i = 0; i < pattern->fields; i++) {
        if (!field_differs(pattern, i, event)) {
            continue;
        }
        event_value(event, pattern->want[i].field, value, sizeof value);
        put(&line, "%s%s is %s, not %s", line.used > 0 ? ", " : "",
            field_key(pattern, i), value,
            wanted(pattern, i, want, sizeof want));
    }
    return out;
}

const char *step_text(const struct step *step, char *out, size_t size)
{
    struct line line = {out, size, 0};
    char when[128];

    for (unsigned i = 0; i < step->actions; i++) {
        put(&line, "%s%s", i > 0 ? ", " : "",
            schema_action.keys[step->action[i].kind].key);
    }
    if (step->timed) {
        event_time(step->at_ns, when, sizeof when);
        put(&line, " at %s", when);
    } else {
        put(&line, " on %s", pattern_text(&step->on, when, sizeof when));
    }
    return out;
}
