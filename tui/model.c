/* SPDX-License-Identifier: MIT */
#include "tui/model.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "device/overlay.h"
#include "tui/words.h"

const unsigned model_speeds[MODEL_SPEEDS] = {2, 5, 20, 100, 1000, 0};

void model_init(struct model *model)
{
    *model = (struct model){.pane = PANE_EXPLAIN,
                            .theme = themes,
                            .speed = 2,
                            .message_role = SCREEN_DIM,
                            .width = MODEL_WIDTH,
                            .height = MODEL_HEIGHT};
}

void model_free(struct model *model)
{
    picture_free(&model->now);
    for (unsigned i = 0; i < CHANGES_DEVICES; i++) {
        assess_free(&model->seen[i]);
    }
    cpu_end(model->cpu);
    branches_free(&model->branches);
    free(model->source);
    free(model->board.dtb);
}

void model_say(struct model *model, enum screen_role role, const char *format,
               ...)
{
    va_list args;

    va_start(args, format);
    (void)vsnprintf(model->message, sizeof model->message, format, args);
    va_end(args);
    model->message_role = role;
    model->progress = false;
}

/* ---- what is looked at ------------------------------------------------------- */

struct branch *model_branch(const struct model *model)
{
    return (struct branch *)&model->branches.branch[model->branches.current];
}

const struct scenario *model_scenario(const struct model *model)
{
    return model->branches.count > 0 ? model_branch(model)->scenario : NULL;
}

const struct history *model_history(const struct model *model)
{
    return model->branches.count > 0 ? model_branch(model)->known.history
                                     : NULL;
}

const struct picture_device *model_device(const struct model *model)
{
    return model->device < model->now.devices
               ? &model->now.device[model->device]
               : NULL;
}

const struct assessment *model_seen(const struct model *model)
{
    const struct assessment *seen = &model->seen[model->device];

    return model_device(model) != NULL && seen->known ? seen : NULL;
}

const struct board_map *model_map(const struct model *model)
{
    const struct history *history = model_history(model);

    return history != NULL ? &history_shape(history)->map : NULL;
}

/* Keys and limits of the run's board; the dashboard does without if need be. */
static void fit_board(struct model *model)
{
    struct assess_board *board = &model->board;
    enum board_mechanism mechanism = board_map_mechanism(model_map(model));
    struct diag unused = {""};

    if (board->tried && board->mechanism == mechanism) {
        return;
    }
    free(board->dtb);
    board->tried = true;
    board->mechanism = mechanism;
    (void)overlay_board(model->where->firmware, model->where->firmware_else,
                        mechanism, &board->dtb, &board->size, &unused);
}

static int look_at_device(struct model *model)
{
    const struct picture_device *device = model_device(model);

    if (device != NULL) {
        fit_board(model);
    }
    return device == NULL ? 0
                          : assess(&model->seen[model->device], &model->board,
                                   model_map(model), device);
}

bool model_rebuilds(const struct model *model)
{
    return model->cpu != NULL && cpu_facts(model->cpu)->state == CPU_REBUILDING;
}

/* A live machine is of one moment. */
static void leave_machine(struct model *model)
{
    if (model->cpu != NULL && (cpu_facts(model->cpu)->at != model->at ||
                               model->cpu_branch != model->branches.current ||
                               model->cpu_device != model->device)) {
        cpu_end(model->cpu);
        model->cpu = NULL;
    }
}

int model_go(struct model *model, uint64_t at)
{
    const struct history *history = model_history(model);

    model->note[0] = '\0';
    if (history == NULL) {
        model->at = 0;
        return 0;
    }
    uint64_t events = history_events(history);

    at = at < events ? at : events;
    if (at != model->at) {
        model->scroll[PANE_PACKETS] = 0; /* at the latest again */
        model->packet = 0;
    }
    model->at = at;
    int err = history_at(history, model->at, &model->now);

    if (err != 0) {
        return err;
    }
    if (model->at > 0) {
        history_event(history, model->at, &model->event);
    } else {
        model->event = (struct event){0};
    }
    if (model->device >= model->now.devices) {
        model->device = 0;
    }
    model_branch(model)->at = model->at;
    leave_machine(model);
    return look_at_device(model);
}

bool model_phase(const struct model *model, struct event *event)
{
    const struct timeline *timeline;

    if (model_history(model) == NULL) {
        return false;
    }
    timeline = &model_branch(model)->timeline;
    for (uint64_t n = timeline_back(timeline, model->at + 1, MARK_PHASE);
         n != 0; n = timeline_back(timeline, n, MARK_PHASE)) {
        history_event(model_history(model), n, event);
        if (event->device == 0 || event->device == model->device + 1) {
            return true;
        }
    }
    return false;
}

bool model_shows(const struct model *model, uint64_t number)
{
    const struct timeline *timeline = &model_branch(model)->timeline;
    struct event event;
    char text[640];

    if (model->filter[0] == '\0') {
        return model->verbose || (timeline->mark[number] & MARK_STORY) != 0;
    }
    history_event(model_history(model), number, &event);
    words_event(&event, text, sizeof text);
    return strcasestr(text, model->filter) != NULL ||
           strcasestr(event_kind(event.code)->name, model->filter) != NULL ||
           strcasestr(event.label, model->filter) != NULL;
}

/* ---- names --------------------------------------------------------------------- */

static const struct {
    const char *name;
    const char *text;
} panes[PANE_COUNT] = {
#define MODEL_ROW(code, name, text) {name, text},
    MODEL_PANES(MODEL_ROW)
#undef MODEL_ROW
};

const char *model_pane_name(enum model_pane pane)
{
    return panes[pane].name;
}

const char *model_pane_text(enum model_pane pane)
{
    return panes[pane].text;
}
