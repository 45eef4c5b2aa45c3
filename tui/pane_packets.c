/* SPDX-License-Identifier: MIT */
/* The packets pane: datagrams in a list. */
#include <inttypes.h>
#include <stdio.h>

#include "tui/packets.h"
#include "tui/view.h"

/* An arrow for the way that a datagram goes. */
static const char *direction(const struct event *event)
{
    switch (event->code) {
    case EVENT_RADIO_SEND:
    case EVENT_SERVER_REQUEST:
    case EVENT_SERVER_STATUS:
        return "\u2192";
    case EVENT_RADIO_RECEIVE:
    case EVENT_RADIO_DROP:
    case EVENT_SERVER_ANSWER:
    case EVENT_SERVER_FLIGHT:
        return "\u2190";
    default:
        return " ";
    }
}

static void fields_text(const struct event *event, char *out, size_t size)
{
    const struct event_kind *kind = event_kind(event->code);
    size_t used = 0;

    out[0] = '\0';
    for (unsigned i = 0; i < kind->fields && used < size; i++) {
        char value[EVENT_TEXT];

        event_value(event, i, value, sizeof value);
        int more = snprintf(out + used, size - used, " %s %s",
                            kind->field[i].key, value);

        used += more > 0 ? (size_t)more : 0;
    }
}

static void put_packet(const struct model *model, const struct area *area,
                       unsigned row, uint64_t number, bool here)
{
    struct change packet = {0};
    struct event event;
    char text[640];
    char time[32];

    history_event(model_history(model), number, &event);
    (void)packets_bytes(model, number, &packet);
    words_time(event.time_ns, time);
    fields_text(&event, text, sizeof text);
    const char *mark = packets_mark(&event, &packet);
    bool bad = mark[0] != '\0' || event.code == (uint32_t)EVENT_RADIO_DROP;
    unsigned x =
        area_print(area, 0, row, here ? SCREEN_SELECTED : SCREEN_DIM,
                   "%c%12s %s ", here ? '>' : ' ', time, direction(&event));

    x = area_print(area, x, row, SCREEN_HEADING, "%-14s",
                   event_kind(event.code)->name);
    if (mark[0] != '\0') {
        x = area_print(area, x, row, SCREEN_BAD, " %s", mark);
    }
    area_text(area, x, row, bad ? SCREEN_BAD : SCREEN_TEXT, text);
}

void pane_packets(const struct model *model, const struct area *area)
{
    uint64_t numbers[SCREEN_MAX_HEIGHT + 1000];
    const struct picture_device *device = model_device(model);

    if (device == NULL || area->height < 2) {
        return;
    }
    const struct picture_traffic *traffic = &device->traffic;
    unsigned rows = area->height - 1;
    unsigned cursor = model->scroll[PANE_PACKETS];
    unsigned first = cursor < rows ? 0 : cursor - rows + 1; /* at the bottom */
    unsigned count = packets_back(model, first + rows, numbers);

    area_print(area, 0, 0, SCREEN_HEADING,
               "sent %" PRIu64 " (%" PRIu64 " B), lost %" PRIu64
               "; received %" PRIu64 " (%" PRIu64 " B), dropped %" PRIu64
               "; Enter opens",
               traffic->sent, traffic->sent_bytes, traffic->lost,
               traffic->received, traffic->received_bytes, traffic->dropped);
    for (unsigned i = first; i < count; i++) {
        put_packet(model, area, count - i, numbers[i], i == cursor);
    }
}
