/* SPDX-License-Identifier: MIT */
#include "tui/loop.h"

#include <signal.h>

#include "base/clock.h"
#include "tui/acts.h"
#include "tui/terminal.h"
#include "tui/view.h"

/* Host time that a run gets between two looks at the keyboard. */
#define SLICE_MS 25u
#define FRAME_MS 33
#define IDLE_MS 1000

/* ---- one frame ---------------------------------------------------------------------- */

static int fit_screen(struct model *model, struct screen *screen,
                      struct diag *diag)
{
    unsigned width;
    unsigned height;

    terminal_size(&width, &height);
    width = width > SCREEN_MAX_WIDTH ? SCREEN_MAX_WIDTH : width;
    height = height > SCREEN_MAX_HEIGHT ? SCREEN_MAX_HEIGHT : height;
    model->width = width;
    model->height = height;
    if (screen->width == width && screen->height == height) {
        return 0;
    }
    screen_free(screen);
    return screen_init(screen, width, height) == 0
               ? 0
               : diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory");
}

static int show(struct model *model, struct screen *screen, struct diag *diag)
{
    int err = fit_screen(model, screen, diag);

    if (err == 0) {
        view_render(model, screen);
        terminal_show(screen);
    }
    return err;
}

/* ---- input ---------------------------------------------------------------------------- */

static int take_input(struct model *model, const struct terminal_input *input,
                      struct diag *diag)
{
    char argument[MODEL_TEXT];

    switch (input->kind) {
    case INPUT_KEY:
        return acts_key(model, input->key, diag);
    case INPUT_MOUSE:
        if (model->prompt.open || model->menu.open || model->help) {
            return acts_key(model, KEY_ESCAPE, diag);
        }
        return acts_do(model, view_hit(model, input->x, input->y, argument),
                       argument, diag);
    case INPUT_HANGUP:
        model->quit = true;
        return 0;
    default:
        return 0;
    }
}

/* What an act asks of the terminal. */
static void serve_terminal(struct model *model, const struct theme **theme)
{
    if (model->suspend) {
        model->suspend = false;
        terminal_suspend();
    }
    if (model->redraw) {
        model->redraw = false;
        terminal_redraw();
    }
    if (model->theme != *theme) {
        *theme = model->theme;
        terminal_set_theme(*theme);
    }
}

static bool is_live(const struct model *model)
{
    return model_branch(model)->live != NULL || model->seek != 0 ||
           model_rebuilds(model);
}

/* ---- pace ------------------------------------------------------------------------------- */

struct pace {
    uint64_t last_ms; /* when events were last due */
};

static int run_on(struct model *model, struct pace *pace, struct diag *diag)
{
    uint64_t now = clock_ms();
    unsigned speed = model_speeds[model->speed];

    if (!model->running) {
        pace->last_ms = now;
        return 0;
    }
    uint64_t due = speed == 0 ? 500 : (now - pace->last_ms) * speed / 1000;

    if (due == 0) {
        return 0;
    }
    pace->last_ms = now;
    return acts_advance(model, due, diag);
}

static int timeout_of(const struct model *model)
{
    if (is_live(model)) {
        return 0;
    }
    return model->running ? FRAME_MS : IDLE_MS;
}

/* Start looking where the user asked for. */
static int begin_at(struct model *model, const char **at, struct diag *diag)
{
    const char *where = *at;

    if (where == NULL || model_history(model) == NULL) {
        return 0;
    }
    *at = NULL;
    return acts_do(model, ACT_GOTO, where, diag);
}

static int drive(struct model *model, const char *at, struct diag *diag)
{
    struct screen screen = {0};
    struct pace pace = {clock_ms()};
    const struct theme *theme = model->theme;
    int err = show(model, &screen, diag);

    while (err == 0 && !model->quit) {
        struct terminal_input input;

        if (is_live(model)) {
            err = acts_live(model, SLICE_MS, diag);
        }
        err = err ? err : begin_at(model, &at, diag);
        err = err ? err : run_on(model, &pace, diag);
        err = err ? err : show(model, &screen, diag);
        if (err == 0) {
            terminal_input(timeout_of(model), &input);
            err = take_input(model, &input, diag);
        }
        serve_terminal(model, &theme);
    }
    screen_free(&screen);
    return err;
}

int loop_terminal(struct model *model, const char *at, bool mouse,
                  struct diag *diag)
{
    struct terminal_options options = {model->theme, mouse};
    int err = terminal_open(&options, diag);

    if (err == 0) {
        err = drive(model, at, diag);
        terminal_close();
        if (terminal_signal() != 0) {
            (void)signal(terminal_signal(), SIG_DFL);
            (void)raise(terminal_signal());
        }
    }
    return err;
}
