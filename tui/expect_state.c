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

/* The first that counts, unless another is named. */
static unsigned nth_of(const struct expect *expect)
{
    return expect->pattern.nth > 0 ? expect->pattern.nth : 1;
}

static enum expect_standing of_never(const struct view *view)
{
    if (view->count >= nth_of(view->expect)) {
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

    if (view->count >= nth_of(expect)) {
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

/* The beginning of that line of the scenario's file; NULL if it is not known. */
static const char *line_at(const struct model *model, uint32_t number)
{
    const char *at = model->source;

    for (uint32_t line = 1; at != NULL && line < number; line++) {
        at = strchr(at, '\n');
        at = at != NULL ? at + 1 : NULL;
    }
    return at;
}

/* The length of "key: value" where it may be one of several in braces. */
static size_t pair_length(const char *text)
{
    unsigned depth = 0;
    size_t i = 0;

    while (text[i] != '\0' && text[i] != '\n' &&
           (depth > 0 || strchr(",}", text[i]) == NULL)) {
        depth += strchr("{[", text[i]) != NULL ? 1 : 0;
        depth -= depth > 0 && strchr("}]", text[i]) != NULL ? 1 : 0;
        i++;
    }
    return i;
}

void expect_line(const struct model *model, unsigned index, char *out,
                 size_t size)
{
    const struct expect *expect = &model_scenario(model)->expect[index];
    const char *at = line_at(model, expect->place.line);

    if (at == NULL) {
        snprintf(out, size, "line %" PRIu32, expect->place.line);
        return;
    }
    size_t length = strcspn(at, "\n");

    if (expect->kind == EXPECT_AT_END && expect->place.column <= length) {
        at += expect->place.column - 1;
        snprintf(out, size, "at_end: %.*s", (int)pair_length(at), at);
        return;
    }
    at += strspn(at, " -");
    snprintf(out, size, "%.*s", (int)strcspn(at, "\n"), at);
}
