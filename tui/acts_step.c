/* SPDX-License-Identifier: MIT */
/* Moving in time: stepping, going somewhere, running. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/quantity.h"
#include "tui/acts.h"
#include "tui/acts_parts.h"
#include "tui/words.h"

/* ---- stepping ------------------------------------------------------------------ */

static unsigned count_of(const char *argument)
{
    unsigned long count = argument != NULL ? strtoul(argument, NULL, 10) : 1;

    return count == 0 ? 1 : count > 1000000 ? 1000000 : (unsigned)count;
}

/* The next event from `from` on that fits; runs on for it if need be. */
static int find_next(struct model *model, uint64_t from,
                     bool (*fits)(const struct model *, uint64_t),
                     uint64_t *found, struct diag *diag)
{
    uint64_t at = from;

    *found = 0;
    for (;;) {
        while (at < history_events(model_history(model))) {
            at++;
            if (fits(model, at)) {
                *found = at;
                return 0;
            }
        }
        if (model_branch(model)->live == NULL) {
            return 0;
        }
        int err = branch_run_on(model, at + 1, 0, diag);

        if (err != 0) {
            return err;
        }
    }
}

static uint64_t find_back(const struct model *model, uint64_t from,
                          bool (*fits)(const struct model *, uint64_t))
{
    for (uint64_t at = from; at > 1; at--) {
        if (fits(model, at - 1)) {
            return at - 1;
        }
    }
    return 0;
}

static bool fits_shown(const struct model *model, uint64_t number)
{
    return model_shows(model, number);
}

static bool has_mark(const struct model *model, uint64_t number, unsigned mark)
{
    return (model_branch(model)->timeline.mark[number] & mark) != 0;
}

/* One of the device shown, or of the world. */
static bool fits_phase(const struct model *model, uint64_t number)
{
    struct event event;

    if (!has_mark(model, number, MARK_PHASE)) {
        return false;
    }
    history_event(model_history(model), number, &event);
    return event.device == 0 || event.device == model->device + 1;
}

static bool fits_operation(const struct model *model, uint64_t number)
{
    return has_mark(model, number, MARK_OPERATION);
}

static int step_on(struct model *model,
                   bool (*fits)(const struct model *, uint64_t), unsigned count,
                   struct diag *diag)
{
    uint64_t at = model->at;
    int err = 0;

    while (count-- > 0) {
        uint64_t found;

        err = find_next(model, at, fits, &found, diag);
        if (err != 0 || found == 0) {
            break;
        }
        at = found;
    }
    if (err == 0 && at == model->at) {
        model_say(model, SCREEN_WARN,
                  "there is nothing after this: the run is over; p goes back, "
                  "f breaks something here");
    }
    return err != 0 ? err : model_go(model, at);
}

static int step_back(struct model *model,
                     bool (*fits)(const struct model *, uint64_t),
                     unsigned count)
{
    uint64_t at = model->at;

    while (count-- > 0) {
        uint64_t found = find_back(model, at, fits);

        if (found == 0) {
            break;
        }
        at = found;
    }
    if (at == model->at) {
        model_say(model, SCREEN_WARN, "this is the beginning");
        return model->at > 1 ? model_go(model, 0) : 0;
    }
    return model_go(model, at);
}

int act_next(struct model *model, const struct order *order)
{
    return step_on(model, fits_shown, count_of(order->argument), order->diag);
}

int act_back(struct model *model, const struct order *order)
{
    return step_back(model, fits_shown, count_of(order->argument));
}

int act_next_phase(struct model *model, const struct order *order)
{
    return step_on(model, fits_phase, count_of(order->argument), order->diag);
}

int act_back_phase(struct model *model, const struct order *order)
{
    return step_back(model, fits_phase, count_of(order->argument));
}

int act_next_operation(struct model *model, const struct order *order)
{
    return step_on(model, fits_operation, count_of(order->argument),
                   order->diag);
}

int act_back_operation(struct model *model, const struct order *order)
{
    return step_back(model, fits_operation, count_of(order->argument));
}

int act_first(struct model *model, const struct order *order)
{
    (void)order;
    return model_go(model, 1);
}

int act_last(struct model *model, const struct order *order)
{
    int err = 0;

    while (err == 0 && model_branch(model)->live != NULL) {
        err = branch_run_on(model, UINT64_MAX, 0, order->diag);
    }
    return err != 0 ? err : model_go(model, UINT64_MAX);
}

/* ---- going somewhere -------------------------------------------------------------- */

static char wanted_event[MODEL_TEXT];

static bool fits_name(const struct model *model, uint64_t number)
{
    struct event event;

    history_event(model_history(model), number, &event);
    return strcmp(event_kind(event.code)->name, wanted_event) == 0;
}

static int go_to_event(struct model *model, const char *name, struct diag *diag)
{
    uint64_t found;

    if (event_find(name) < 0) {
        model_say(model, SCREEN_BAD,
                  "'%s' is no event, number or time; try 120, 4.2s or "
                  "boot.rollback",
                  name);
        return 0;
    }
    snprintf(wanted_event, sizeof wanted_event, "%s", name);
    int err = find_next(model, model->at, fits_name, &found, diag);

    if (err == 0 && found == 0) {
        found = find_back(model, model->at, fits_name);
    }
    if (err == 0 && found == 0) {
        model_say(model, SCREEN_WARN, "there is no event %s in this history",
                  name);
    }
    return err != 0 || found == 0 ? err : model_go(model, found);
}

static int go_to_time(struct model *model, uint64_t time_ns, struct diag *diag)
{
    int err = 0;

    while (err == 0 && model_branch(model)->live != NULL &&
           live_time_ns(model_branch(model)->live) <= time_ns) {
        err = branch_run_on(model, history_events(model_history(model)) + 1, 20,
                            diag);
    }
    return err != 0
               ? err
               : model_go(model, history_find(model_history(model), time_ns));
}

static int go_to_number(struct model *model, uint64_t number, struct diag *diag)
{
    int err = 0;

    if (model_branch(model)->live != NULL) {
        err = branch_run_on(model, number, 0, diag);
    }
    uint64_t events = history_events(model_history(model));

    if (err == 0 && number > events) {
        model_say(model, SCREEN_WARN, "there are only %" PRIu64 " events",
                  events);
    }
    return err != 0 ? err : model_go(model, number);
}

int act_goto(struct model *model, const struct order *order)
{
    char *end;
    uint64_t time_ns;

    const char *text = order->argument + (order->argument[0] == '#');
    uint64_t number = strtoull(text, &end, 10);

    if (*end == '\0' && end != text) {
        return go_to_number(model, number, order->diag);
    }
    if (quantity_time(text, &time_ns) == QUANTITY_OK ||
        words_read_time(text, &time_ns)) {
        return go_to_time(model, time_ns, order->diag);
    }
    return go_to_event(model, text, order->diag);
}

int act_break(struct model *model, const struct order *order)
{
    if (order->argument == NULL || order->argument[0] == '\0') {
        model->stop_at[0] = '\0';
        model_say(model, SCREEN_TEXT, "running stops nowhere");
    } else if (event_find(order->argument) < 0) {
        model_say(model, SCREEN_BAD,
                  "'%s' is no event; try boot.rollback, or :explain for all "
                  "of them",
                  order->argument);
    } else {
        snprintf(model->stop_at, sizeof model->stop_at, "%s", order->argument);
        model_say(model, SCREEN_TEXT, "running (c) stops at %s",
                  order->argument);
    }
    return 0;
}

/* ---- running ------------------------------------------------------------------------ */

int act_run(struct model *model, const struct order *order)
{
    (void)order;
    model->running = !model->running;
    return 0;
}

int act_pause(struct model *model, const struct order *order)
{
    (void)order;
    model->quit = !model->running;
    model->running = false;
    return 0;
}

static void say_speed(struct model *model)
{
    unsigned speed = model_speeds[model->speed];

    if (speed == 0) {
        model_say(model, SCREEN_TEXT, "runs as fast as it can");
    } else {
        model_say(model, SCREEN_TEXT, "runs %u events a second", speed);
    }
}

int act_faster(struct model *model, const struct order *order)
{
    (void)order;
    model->speed += model->speed + 1 < MODEL_SPEEDS;
    say_speed(model);
    return 0;
}

int act_slower(struct model *model, const struct order *order)
{
    (void)order;
    model->speed -= model->speed > 0;
    say_speed(model);
    return 0;
}

int acts_advance(struct model *model, uint64_t events, struct diag *diag)
{
    for (uint64_t i = 0; i < events && model->running; i++) {
        uint64_t found;
        int err = find_next(model, model->at, fits_shown, &found, diag);

        if (err != 0) {
            return err;
        }
        if (found == 0) {
            model->running = false;
            return model_go(model, UINT64_MAX);
        }
        err = model_go(model, found);
        if (err != 0) {
            return err;
        }
        if (model->event.code == (uint32_t)EVENT_END) {
            model->running = false;
        }
        if (model->stop_at[0] != '\0' &&
            strcmp(event_kind(model->event.code)->name, model->stop_at) == 0) {
            model->running = false;
            model_say(model, SCREEN_WARN, "stopped at %s", model->stop_at);
        }
    }
    return 0;
}
