/* SPDX-License-Identifier: MIT */
#include "tui/expect_state.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* What is known of the expectation at that event. */
struct view {
    const struct model *model;
    const struct expect *expect;
    unsigned count;  /* events that matched */
    uint64_t met_at; /* event; 0: the engine has not seen it met */
    bool over;       /* the run is */
    bool passed;
    char *why;
    size_t size;
};

static bool has_failed(const struct view *view)
{
    const struct branch *branch = model_branch(view->model);

    for (unsigned i = 0; i < branch->failures; i++) {
        const struct place *place = &branch->failure[i].place;

        if (place->line == view->expect->place.line &&
            place->column == view->expect->place.column) {
            snprintf(view->why, view->size, "%s", branch->failure[i].seen);
            return true;
        }
    }
    return false;
}

static enum expect_standing at_the_end(const struct view *view)
{
    if (!view->over) {
        return EXPECT_OPEN;
    }
    return view->passed || !has_failed(view) ? EXPECT_HOLDS : EXPECT_BROKEN;
}

/* A state, once seen after the faults, stays met. */
static enum expect_standing of_state(const struct view *view)
{
    return view->met_at != 0 && view->model->at >= view->met_at
               ? EXPECT_HOLDS
               : at_the_end(view);
}

static enum expect_standing of_never(const struct view *view)
{
    if (view->count > 0) {
        return EXPECT_BROKEN;
    }
    return view->over ? EXPECT_HOLDS : EXPECT_OPEN;
}

static enum expect_standing of_count(const struct view *view)
{
    const struct range *times = &view->expect->times;

    if (view->count > times->high) {
        return EXPECT_BROKEN;
    }
    if (view->over) {
        return view->count >= times->low ? EXPECT_HOLDS : EXPECT_BROKEN;
    }
    return EXPECT_OPEN;
}

static enum expect_standing of_event(const struct view *view)
{
    const struct expect *expect = view->expect;
    unsigned nth = expect->pattern.nth > 0 ? expect->pattern.nth : 1;

    if (view->count >= nth) {
        return EXPECT_HOLDS;
    }
    bool late =
        expect->within_ns > 0 && view->model->now.time_ns > expect->within_ns;

    return late || view->over ? EXPECT_BROKEN : EXPECT_OPEN;
}

static enum expect_standing of_always(const struct view *view)
{
    for (unsigned i = 0; i < view->model->now.devices; i++) {
        if (view->model->now.device[i].violations > 0) {
            return EXPECT_BROKEN;
        }
    }
    return view->over ? EXPECT_HOLDS : EXPECT_OPEN;
}

static enum expect_standing standing_of(const struct view *view)
{
    switch (view->expect->kind) {
    case EXPECT_ALWAYS_AUTHENTIC:
        return of_always(view);
    case EXPECT_NEVER:
        return of_never(view);
    case EXPECT_COUNT:
        return of_count(view);
    case EXPECT_EVENTUALLY:
        return view->expect->has_event ? of_event(view) : of_state(view);
    case EXPECT_AT_END:
        break;
    }
    return at_the_end(view);
}

enum expect_standing expect_state(const struct model *model, unsigned index,
                                  char *why, size_t size)
{
    char unused[RUN_FAILURES];
    const struct branch *branch = model_branch(model);
    struct view view = {
        .model = model,
        .expect = &branch->scenario->expect[index],
        .count = timeline_count(&branch->timeline, index, model->at),
        .met_at = branch->met_at[index],
        .over = model->now.verdict[0] != '\0',
        .passed = strcmp(model->now.verdict, "passed") == 0,
        .why = why != NULL ? why : unused,
        .size = why != NULL ? size : sizeof unused,
    };

    view.why[0] = '\0';
    if (view.expect->has_event) {
        snprintf(view.why, view.size, "seen %u time%s", view.count,
                 view.count == 1 ? "" : "s");
    }
    return standing_of(&view);
}

void expect_line(const struct model *model, unsigned index, char *out,
                 size_t size)
{
    const struct expect *expect = &model_scenario(model)->expect[index];
    const char *at = model->source;

    out[0] = '\0';
    for (uint32_t line = 1; at != NULL && line < expect->place.line; line++) {
        at = strchr(at, '\n');
        at = at != NULL ? at + 1 : NULL;
    }
    if (at == NULL) {
        snprintf(out, size, "line %" PRIu32, expect->place.line);
        return;
    }
    at += strspn(at, " -");
    snprintf(out, size, "%.*s", (int)strcspn(at, "\n"), at);
}
