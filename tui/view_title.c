/* SPDX-License-Identifier: MIT */
/* The title line: scenario, device, time, event, phase, what goes on. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tui/view.h"

/* What the run is doing, or how it ended. */
static const char *standing(const struct model *model)
{
    if (model->branches.count == 0 || model_history(model) == NULL) {
        return "starting";
    }
    if (model->running) {
        return "running";
    }
    if (model->now.verdict[0] != '\0') {
        return model->now.verdict;
    }
    return "paused";
}

static void put_position(const struct model *model, char *out, size_t size)
{
    const struct history *history = model_history(model);
    uint64_t events = history != NULL ? history_events(history) : 0;
    const char *more = "";

    if (model->branches.count > 0 && model_branch(model)->live != NULL) {
        more = "+";
    }
    snprintf(out, size, "#%" PRIu64 "/%" PRIu64 "%s", model->at, events, more);
}

/* How many devices run which version: "1.2.0 x3, 1.3.0 x1". */
static void put_fleet(const struct picture *now, char *out, size_t size)
{
    size_t used = 0;

    out[0] = '\0';
    for (unsigned i = 0; i < now->devices; i++) {
        uint64_t version = now->device[i].boot.version;
        unsigned before = 0;
        unsigned count = 0;

        for (unsigned n = 0; n < now->devices; n++) {
            bool same = now->device[n].boot.version == version;

            count += same;
            before += same && n < i;
        }
        if (before > 0 || used >= size) {
            continue;
        }
        char name[24] = "none";

        if (version != 0) {
            snprintf(name, sizeof name, "%u.%u.%u", (unsigned)(version >> 24),
                     (unsigned)(version >> 16 & 0xFF),
                     (unsigned)(version & 0xFFFF));
        }
        int more = snprintf(out + used, size - used, "%s%s x%u",
                            used > 0 ? ", " : "", name, count);

        used += more > 0 ? (size_t)more : 0;
    }
}

static void put_devices(const struct model *model, const struct area *area,
                        unsigned x)
{
    char fleet[96];

    put_fleet(&model->now, fleet, sizeof fleet);
    area_print(area, x, 0, SCREEN_TITLE, "  device %u/%u (%s)",
               model->device + 1, model->now.devices, fleet);
}

void view_title(const struct model *model, const struct area *area)
{
    const struct history *history = model_history(model);
    struct event event;
    char time[32];
    char position[64];
    char left[160];
    const struct phase *phase =
        model_phase(model, &event) ? phase_of(&event) : NULL;

    area_fill(area, SCREEN_TITLE);
    words_time(model->now.time_ns, time);
    put_position(model, position, sizeof position);
    snprintf(left, sizeof left, " %s",
             history != NULL                 ? history_scenario(history)
             : model_scenario(model) != NULL ? model_scenario(model)->name
                                             : "otalab");
    unsigned x = area_text(area, 0, 0, SCREEN_TITLE, left);

    if (model->branches.count > 1) {
        x = area_print(area, x, 0, SCREEN_TITLE, "  fork %u/%u",
                       model->branches.current, model->branches.count - 1);
    }
    x = area_print(area, x, 0, SCREEN_TITLE, "  %s  %s  %s", time, position,
                   phase != NULL ? phase->name : "");
    if (model->now.devices > 1) {
        put_devices(model, area, x);
    }
    const char *end = standing(model);
    unsigned width = (unsigned)strlen(end) + 1;

    area_print(area, area->width > width ? area->width - width - 1 : 0, 0,
               SCREEN_TITLE, " %s ", end);
}
