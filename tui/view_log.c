/* SPDX-License-Identifier: MIT */
/*
 * The event log: what led to the event that is looked at, and what follows as
 * far as it is known. The event itself is marked.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tui/view.h"

/* Events that are looked at for lines to show: a rare filter in a long history
 * shows fewer lines rather than stopping the screen. */
#define LOG_SEARCH 20000u

static void put_event(const struct model *model, const struct area *area,
                      unsigned row, uint64_t number)
{
    struct event event;
    char text[640];
    char time[32];
    bool here = number == model->at;

    history_event(model_history(model), number, &event);
    words_time(event.time_ns, time);
    words_event(&event, text, sizeof text);

    unsigned x =
        area_print(area, 0, row, here ? SCREEN_SELECTED : SCREEN_DIM,
                   "%c%12s %6" PRIu64 " ", here ? '>' : ' ', time, number);

    if (model->now.devices > 1) {
        x = area_print(area, x, row, SCREEN_HEADING, "%" PRIu32 " ",
                       event.device);
    }
    area_text(area, x, row,
              number > model->at ? SCREEN_DIM : words_role(&event), text);
}

/* Up to `wanted` shown events from `at` backwards; returns how many. */
static unsigned collect_back(const struct model *model, uint64_t at,
                             unsigned wanted, uint64_t *out)
{
    unsigned count = 0;
    unsigned looked = 0;

    for (; at > 0 && count < wanted && looked < LOG_SEARCH; at--, looked++) {
        if (at == model->at || model_shows(model, at)) {
            out[count++] = at;
        }
    }
    return count;
}

static unsigned collect_on(const struct model *model, uint64_t at,
                           unsigned wanted, uint64_t *out)
{
    uint64_t events = history_events(model_history(model));
    unsigned count = 0;
    unsigned looked = 0;

    for (; at <= events && count < wanted && looked < LOG_SEARCH;
         at++, looked++) {
        if (model_shows(model, at)) {
            out[count++] = at;
        }
    }
    return count;
}

static void put_filter(const struct model *model, const struct area *area)
{
    if (model->filter[0] != '\0') {
        area_print(area, 0, 0, SCREEN_WARN, " filter: %s  (/ to change)",
                   model->filter);
    } else if (model->stop_at[0] != '\0') {
        area_print(area, 0, 0, SCREEN_WARN, " stops at %s  (b to change)",
                   model->stop_at);
    } else {
        area_text(area, 0, 0, SCREEN_HEADING,
                  model->verbose ? " events, all"
                                 : " events that tell the "
                                   "story (v: all)");
    }
}

void view_log(const struct model *model, const struct area *area)
{
    uint64_t back[SCREEN_MAX_HEIGHT];
    uint64_t on[SCREEN_MAX_HEIGHT];

    if (area->height < 2 || model_history(model) == NULL) {
        return;
    }
    unsigned rows = area->height - 1;
    unsigned after =
        collect_on(model, model->at + 1, rows > 6 ? rows / 3 : 1, on);
    unsigned before = collect_back(model, model->at, rows - after, back);
    unsigned row = 1;

    put_filter(model, area);
    for (unsigned i = before; i > 0; i--) {
        put_event(model, area, row++, back[i - 1]);
    }
    for (unsigned i = 0; i < after; i++) {
        put_event(model, area, row++, on[i]);
    }
}
