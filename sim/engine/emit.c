/* SPDX-License-Identifier: MIT */
/* Events: from the board's sink to recording, story, steps, expectations. */
#include "engine/emit.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

const char *emit_partition(const struct run *run, uint32_t address)
{
    const struct board_part *part = board_map_at(&run->given->map, address);

    return part != NULL ? part->name : "";
}

/* While power is off, a board's time is already that of its return. */
static uint64_t event_time_of(const struct run *run,
                              const struct device *device)
{
    uint64_t now = run->world->now_ns;

    if (device == NULL || device->world->board.reset_asserted) {
        return now;
    }
    return device->world->board.now_ns > now ? device->world->board.now_ns
                                             : now;
}

void emit_event(struct run *run, struct device *device, struct event *event)
{
    event->time_ns = event_time_of(run, device);
    event->device = device != NULL ? device->number : 0;
    event->sequence = ++run->world->sequence;
    assert(event->time_ns >= run->world->now_ns); /* time never goes back */
    run->world->now_ns = event->time_ns;
    hear_tell(&run->hear, event);
}

void emit_packet(struct device *device, struct event *event,
                 const struct track_packet *packet)
{
    struct track *track = &device->run->result->track;

    track->packet = packet;
    emit_event(device->run, device, event);
    track->packet = NULL;
}

void emit_numbers(struct device *device, enum event_code code, uint64_t a,
                  uint64_t b, uint64_t c)
{
    struct event event = {.code = code, .number = {a, b, c}};

    emit_event(device->run, device, &event);
}

void emit_text(struct run *run, struct device *device, enum event_code code,
               const char *text)
{
    struct event event = {.code = code};

    for (unsigned i = 0; i < event_kind(code)->fields; i++) {
        if (event_kind(code)->field[i].kind == 'm') {
            snprintf(event.text, sizeof event.text, "%s", text);
        }
    }
    emit_event(run, device, &event);
}

/* Report an event about a flash range; the label is derived from the
 * address. */
void emit_flash(struct device *device, enum event_code code, uint32_t address,
                uint32_t length)
{
    struct event event = {.code = code};
    int at = event_field_find(code, "address");
    int many = event_field_find(code, "length");

    snprintf(event.label, sizeof event.label, "%s",
             emit_partition(device->run, address));
    if (at >= 0) {
        event.number[at] = address;
    }
    if (many >= 0) {
        event.number[many] = length;
    }
    emit_event(device->run, device, &event);
}
