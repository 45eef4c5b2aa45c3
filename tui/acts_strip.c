/* SPDX-License-Identifier: MIT */
/* Acts on the strip of a sweep, and from there to a case and back. */
#include <stdlib.h>

#include "tui/acts.h"
#include "tui/acts_parts.h"

#define PAGE_ROWS 5

/* ---- moving ---------------------------------------------------------------- */

static int move(struct model *model, int64_t by)
{
    struct strip *strip = &model->strip;
    int64_t to = (int64_t)strip->cursor + by;
    int64_t last = (int64_t)strip->result->sweep.positions - 1;

    if (to >= 0 && to <= last) {
        strip_go(strip, (size_t)to);
    }
    return 0;
}

static int move_rows(struct model *model, int rows)
{
    return move(model, rows * (int64_t)strip_columns(model->width));
}

static int strip_left(struct model *model, const struct order *order)
{
    (void)order;
    return move(model, -1);
}

static int strip_right(struct model *model, const struct order *order)
{
    (void)order;
    return move(model, 1);
}

static int strip_up(struct model *model, const struct order *order)
{
    (void)order;
    return move_rows(model, -1);
}

static int strip_down(struct model *model, const struct order *order)
{
    (void)order;
    return move_rows(model, 1);
}

static int strip_page_up(struct model *model, const struct order *order)
{
    (void)order;
    return move_rows(model, -PAGE_ROWS);
}

static int strip_page_down(struct model *model, const struct order *order)
{
    (void)order;
    return move_rows(model, PAGE_ROWS);
}

static int strip_first(struct model *model, const struct order *order)
{
    (void)order;
    strip_go(&model->strip, 0);
    return 0;
}

static int strip_last(struct model *model, const struct order *order)
{
    (void)order;
    strip_go(&model->strip, SIZE_MAX);
    return 0;
}

static int go_failing(struct model *model, int step)
{
    size_t to = 0;

    if (strip_failing(&model->strip, step, &to)) {
        strip_go(&model->strip, to);
    } else {
        model_say(model, SCREEN_DIM, "no position fails %s this one",
                  step > 0 ? "after" : "before");
    }
    return 0;
}

static int strip_next(struct model *model, const struct order *order)
{
    (void)order;
    return go_failing(model, 1);
}

static int strip_back(struct model *model, const struct order *order)
{
    (void)order;
    return go_failing(model, -1);
}

static int strip_goto(struct model *model, const struct order *order)
{
    char *end = NULL;
    unsigned long number = strtoul(order->argument, &end, 10);

    if (*end != '\0' || number < 1 ||
        number > model->strip.result->sweep.positions) {
        model_say(model, SCREEN_BAD, "'%s' is no position; they are 1 to %zu",
                  order->argument, model->strip.result->sweep.positions);
        return 0;
    }
    strip_go(&model->strip, number - 1);
    return 0;
}

static int choose(struct model *model, unsigned step)
{
    const struct sweep_position *position = strip_position(&model->strip);

    if (position != NULL && position->effects > 0) {
        model->strip.effect = (model->strip.effect + step) % position->effects;
    }
    return 0;
}

static int strip_next_effect(struct model *model, const struct order *order)
{
    (void)order;
    return choose(model, 1);
}

static int strip_back_effect(struct model *model, const struct order *order)
{
    const struct sweep_position *position = strip_position(&model->strip);

    (void)order;
    return choose(model, position != NULL ? position->effects - 1 : 0);
}

/* ---- opening a case ------------------------------------------------------------ */

static void drop_case(struct model *model)
{
    cpu_end(model->cpu);
    model->cpu = NULL;
    picture_free(&model->now);
    branches_free(&model->branches);
    model->event = (struct event){0};
    model->at = 0;
    model->device = 0;
    model->seek = 0;
    model->strip.opened = false;
}

static bool is_open(const struct strip *strip)
{
    return strip->opened && strip->of == strip->cursor &&
           strip->which == strip->effect;
}

static int strip_follow(struct model *model, const struct order *order)
{
    struct strip *strip = &model->strip;
    struct diag line = {""};

    (void)order;
    if (strip_effect(strip) == NULL) {
        model_say(model, SCREEN_WARN, "nothing was tried at this position");
        return 0;
    }
    if (is_open(strip)) {
        strip->shown = false;
        return 0;
    }
    drop_case(model);
    strip_faults(strip);
    model->faults = strip->faults;
    model->fault = strip->list;
    if (acts_open_scenario(model, &line) != 0) {
        drop_case(model);
        model_say(model, SCREEN_BAD, "%s", line.text);
        return 0;
    }
    strip->of = strip->cursor;
    strip->which = strip->effect;
    strip->opened = true;
    strip->seeks = true;
    strip->shown = false;
    return 0;
}

bool strip_return(struct model *model)
{
    if (model->strip.result == NULL || model->strip.shown) {
        return false;
    }
    model->strip.shown = true;
    return true;
}

/* ---- all of them ----------------------------------------------------------------- */

static act_fn *const handlers[ACT_COUNT] = {
    [ACT_LEFT] = strip_left,
    [ACT_RIGHT] = strip_right,
    [ACT_UP] = strip_up,
    [ACT_DOWN] = strip_down,
    [ACT_PAGE_UP] = strip_page_up,
    [ACT_PAGE_DOWN] = strip_page_down,
    [ACT_FIRST] = strip_first,
    [ACT_LAST] = strip_last,
    [ACT_NEXT] = strip_next,
    [ACT_BACK] = strip_back,
    [ACT_NEXT_PHASE] = strip_back,
    [ACT_BACK_PHASE] = strip_back,
    [ACT_GOTO] = strip_goto,
    [ACT_NEXT_PANE] = strip_next_effect,
    [ACT_BACK_PANE] = strip_back_effect,
    [ACT_FOLLOW] = strip_follow,
};

act_fn *strip_handler(enum act act)
{
    return handlers[act];
}
