/* SPDX-License-Identifier: MIT */
/* Panes of several histories and of several devices. */
#include <inttypes.h>
#include <stdio.h>

#include "tui/view.h"

/* ---- forks -------------------------------------------------------------------- */

static unsigned depth_of(const struct branches *branches, unsigned index)
{
    unsigned depth = 0;

    for (int i = (int)index; branches->branch[i].parent >= 0;
         i = branches->branch[i].parent) {
        depth++;
    }
    return depth;
}

static const char *verdict_of(const struct branch *branch, struct event *last)
{
    if (branch->live != NULL || branch->known.history == NULL ||
        history_events(branch->known.history) == 0) {
        return "runs";
    }
    history_event(branch->known.history, history_events(branch->known.history),
                  last);
    return last->code == (uint32_t)EVENT_END ? last->text : "unfinished";
}

static void put_branch(const struct model *model, const struct area *area,
                       unsigned row, unsigned index)
{
    const struct branch *branch = &model->branches.branch[index];
    struct event last;
    bool current = index == model->branches.current;
    unsigned depth = depth_of(&model->branches, index);
    uint64_t events = branch->known.history != NULL
                          ? history_events(branch->known.history)
                          : 0;
    unsigned x =
        area_print(area, 0, row, current ? SCREEN_SELECTED : SCREEN_DIM,
                   "%s %u ", current ? "\u25B8" : " ", index);

    for (unsigned i = 0; i < depth; i++) {
        x = area_text(area, x, row, SCREEN_DIM,
                      i + 1 == depth ? "\u2514\u2500" : "  ");
    }
    if (branch->parent < 0) {
        x = area_text(area, x, row, SCREEN_TEXT, "the scenario as it is");
    } else {
        x = area_print(area, x, row, SCREEN_FAULT, "#%" PRIu64 " %s",
                       branch->forked_at, branch->fault);
    }
    area_print(area, x, row, SCREEN_DIM, "  %" PRIu64 " events, %s", events,
               verdict_of(branch, &last));
}

/* Where this history and the one it forked from part, and how each goes on. */
static unsigned put_difference(const struct model *model,
                               const struct area *area, unsigned row)
{
    const struct branch *branch = model_branch(model);
    const struct branch *parent = &model->branches.branch[branch->parent];
    uint64_t at = branch_difference(branch, parent);
    const struct branch *both[2] = {parent, branch};

    if (at == 0) {
        area_text(area, 0, row, SCREEN_TEXT, "the two histories are the same");
        return row + 1;
    }
    area_print(area, 0, row++, SCREEN_HEADING,
               "the first event that differs is #%" PRIu64 "; from there:", at);
    for (unsigned i = 0; i < 2; i++) {
        uint64_t number = at;

        for (unsigned n = 0;
             n < 4 && number != 0 && number <= both[i]->timeline.events;) {
            struct event event;
            char text[640];

            history_event(both[i]->known.history, number, &event);
            words_event(&event, text, sizeof text);
            unsigned x =
                area_print(area, 0, row, SCREEN_DIM, "%s %8" PRIu64 " ",
                           i == 0 ? "before" : "fork  ", number);

            area_text(area, x, row++, words_role(&event), text);
            n++;
            number = timeline_next(&both[i]->timeline, number, MARK_STORY);
        }
    }
    return row;
}

void pane_forks(const struct model *model, const struct area *area)
{
    unsigned row = 0;

    if (model->branches.count == 0) {
        return;
    }
    if (model->diff && model_branch(model)->parent >= 0) {
        row = put_difference(model, area, row);
    }
    for (unsigned i = 0; i < model->branches.count && row < area->height; i++) {
        put_branch(model, area, row++, i);
    }
    if (model->branches.count == 1 && row < area->height) {
        area_text(area, 0, row, SCREEN_DIM,
                  "f breaks something at this event; the run forks there");
    }
}

/* ---- devices ------------------------------------------------------------------- */

/* What runs; "-" before anything does. */
static void version_of(const struct picture_boot *boot, char *out, size_t size)
{
    if (!boot->known) {
        snprintf(out, size, "-");
        return;
    }
    snprintf(out, size, "%u.%u.%u", (unsigned)(boot->version >> 24),
             (unsigned)(boot->version >> 16 & 0xFF),
             (unsigned)(boot->version & 0xFFFF));
}

void pane_devices(const struct model *model, const struct area *area)
{
    static const char *const programs[] = {
        [PICTURE_NOTHING] = "off",       [PICTURE_ROM] = "ROM",
        [PICTURE_BOOTLOADER] = "boots",  [PICTURE_APPLICATION] = "runs",
        [PICTURE_RECOVERY] = "recovery", [PICTURE_HALTED] = "BRICK",
    };

    for (unsigned i = 0; i < model->now.devices && i < area->height; i++) {
        const struct picture_device *device = &model->now.device[i];
        const struct picture_boot *boot = &device->boot;

        char version[16];

        version_of(boot, version, sizeof version);
        area_print(area, 0, i,
                   i == model->device ? SCREEN_SELECTED : SCREEN_TEXT,
                   "%u %-8s %-8s %s  boots %u  rollbacks %u  cuts %" PRIu64,
                   i + 1, programs[boot->program],
                   boot->known ? decode_slot_name(boot->slot) : "-", version,
                   boot->boots, boot->rollbacks, device->cuts);
    }
}
