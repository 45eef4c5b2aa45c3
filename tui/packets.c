/* SPDX-License-Identifier: MIT */
#include "tui/packets.h"

#define SEARCH 20000u /* events */
#define KEPT 1000u    /* as far back as the cursor goes */

static bool is_listed(const struct event *event, uint32_t device)
{
    switch (event->code) {
    case EVENT_RADIO_SEND:
    case EVENT_RADIO_RECEIVE:
    case EVENT_RADIO_DROP:
    case EVENT_SERVER_REQUEST:
    case EVENT_SERVER_ANSWER:
    case EVENT_SERVER_FLIGHT:
    case EVENT_SERVER_STATUS:
    case EVENT_LINK_DOWN:
    case EVENT_LINK_UP:
    case EVENT_LINK_CHANGE:
        return event->device == device || event->device == 0;
    default:
        return false;
    }
}

unsigned packets_back(const struct model *model, unsigned wanted, uint64_t *out)
{
    unsigned count = 0;
    unsigned looked = 0;

    for (uint64_t at = model->at; at > 0 && count < wanted && looked < SEARCH;
         at--, looked++) {
        struct event event;

        history_event(model_history(model), at, &event);
        if (is_listed(&event, model->device + 1)) {
            out[count++] = at;
        }
    }
    return count;
}

uint64_t packets_cursor(const struct model *model)
{
    uint64_t numbers[KEPT];
    unsigned back = model->scroll[PANE_PACKETS];
    unsigned count =
        packets_back(model, back < KEPT ? back + 1 : KEPT, numbers);

    return count > 0 ? numbers[count - 1] : 0;
}

void packets_move(struct model *model, int older)
{
    uint64_t numbers[KEPT];
    unsigned count = packets_back(model, KEPT, numbers);
    int to = (int)model->scroll[PANE_PACKETS] + older;
    int last = count > 0 ? (int)count - 1 : 0;

    model->scroll[PANE_PACKETS] = (unsigned)(to < 0      ? 0
                                             : to > last ? last
                                                         : to);
}

bool packets_bytes(const struct model *model, uint64_t number,
                   struct change *packet)
{
    const struct history *history = model_history(model);

    return number <= history_events(history) &&
           history_packet(history, number, packet);
}

const char *packets_mark(const struct event *event, const struct change *packet)
{
    int fate = event_field_find(event->code, "fate");

    if (fate >= 0 && !event_matches(event, (unsigned)fate, "sent")) {
        return "LOST";
    }
    if ((packet->value & CHANGES_PACKET_SPOILT) != 0) {
        return "CORRUPT";
    }
    if ((packet->value & CHANGES_PACKET_TWICE) != 0) {
        return "TWICE";
    }
    return (packet->value & CHANGES_PACKET_COPY) != 0 ? "COPY" : "";
}
