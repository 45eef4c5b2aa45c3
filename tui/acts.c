/* SPDX-License-Identifier: MIT */
/* From keys and command lines to acts. */
#include "tui/acts.h"

#include <stdio.h>
#include <string.h>

#include "base/suggest.h"
#include "tui/acts_parts.h"

/* ---- all acts ---------------------------------------------------------------------------------- */

static act_fn *const handlers[ACT_COUNT] = {
    [ACT_NEXT] = act_next,
    [ACT_BACK] = act_back,
    [ACT_NEXT_PHASE] = act_next_phase,
    [ACT_BACK_PHASE] = act_back_phase,
    [ACT_NEXT_OPERATION] = act_next_operation,
    [ACT_BACK_OPERATION] = act_back_operation,
    [ACT_FIRST] = act_first,
    [ACT_LAST] = act_last,
    [ACT_RUN] = act_run,
    [ACT_PAUSE] = act_pause,
    [ACT_FASTER] = act_faster,
    [ACT_SLOWER] = act_slower,
    [ACT_GOTO] = act_goto,
    [ACT_BREAK] = act_break,
    [ACT_INJECT] = act_inject,
    [ACT_OLDER] = act_older,
    [ACT_YOUNGER] = act_younger,
    [ACT_SIBLING_BACK] = act_sibling_back,
    [ACT_SIBLING_NEXT] = act_sibling_next,
    [ACT_DIFF] = act_diff,
    [ACT_SAVE] = act_save,
    [ACT_TOKEN] = act_token,
    [ACT_NEXT_PANE] = act_next_pane,
    [ACT_BACK_PANE] = act_back_pane,
    [ACT_PANE] = act_pane,
    [ACT_ZOOM] = act_zoom,
    [ACT_DEVICE_NEXT] = act_device_next,
    [ACT_DEVICE_BACK] = act_device_back,
    [ACT_WEAR] = act_wear,
    [ACT_FILTER] = act_filter,
    [ACT_VERBOSE] = act_verbose,
    [ACT_UP] = act_up,
    [ACT_DOWN] = act_down,
    [ACT_LEFT] = act_left,
    [ACT_RIGHT] = act_right,
    [ACT_PAGE_UP] = act_page_up,
    [ACT_PAGE_DOWN] = act_page_down,
    [ACT_FOLLOW] = act_follow,
    [ACT_HEX] = act_hex,
    [ACT_EXPLAIN] = act_explain,
    [ACT_MACHINE] = act_machine,
    [ACT_STEP] = act_step,
    [ACT_STEP_MORE] = act_step_more,
    [ACT_STEP_LINE] = act_step_line,
    [ACT_THEME] = act_theme,
    [ACT_SAVE_SCREEN] = act_save_screen,
    [ACT_COMMAND] = act_command,
    [ACT_HELP] = act_help,
    [ACT_REDRAW] = act_redraw,
    [ACT_SUSPEND] = act_suspend,
    [ACT_CLOSE] = act_close,
    [ACT_LEAVE] = act_leave,
    [ACT_QUIT] = act_quit,
};

/* Acts that look at events: not before there are any. */
static bool needs_history(enum act act)
{
    switch (act) {
    case ACT_THEME:
    case ACT_SAVE_SCREEN:
    case ACT_COMMAND:
    case ACT_HELP:
    case ACT_REDRAW:
    case ACT_SUSPEND:
    case ACT_CLOSE:
    case ACT_LEAVE:
    case ACT_QUIT:
    case ACT_PAUSE:
        return false;
    default:
        return true;
    }
}

/* NULL: the act has no meaning now, and the message says so. */
static act_fn *handler_of(struct model *model, enum act act)
{
    if (model->strip.shown && needs_history(act)) {
        act_fn *handler = strip_handler(act);

        if (handler == NULL) {
            model_say(model, SCREEN_WARN,
                      "%s has no meaning on the strip; Enter opens a case",
                      act_facts(act)->name);
        }
        return handler;
    }
    if (needs_history(act) && model_history(model) == NULL) {
        model_say(model, SCREEN_WARN, "the run has not started yet");
        return NULL;
    }
    return handlers[act];
}

int acts_do(struct model *model, enum act act, const char *argument,
            struct diag *diag)
{
    const struct act_facts *facts = act_facts(act);

    model->overwrite[0] = '\0'; /* whatever was asked is no longer asked */
    bool given = argument != NULL && argument[0] != '\0';

    if ((unsigned)act >= ACT_COUNT || handlers[act] == NULL) {
        return 0;
    }
    act_fn *handler = handler_of(model, act);

    if (handler == NULL) {
        return 0;
    }
    if (facts->argument != NULL && facts->argument[0] != '[' && !given) {
        model_say(model, SCREEN_BAD, "%s needs %s", facts->name,
                  facts->argument);
        return 0;
    }
    struct order order = {given ? argument : NULL, diag};

    return handler(model, &order);
}

/* ---- keys -------------------------------------------------------------------------------------------- */

static int end_prompt(struct model *model, struct diag *diag)
{
    struct model_prompt prompt = model->prompt;

    model->prompt.open = false;
    if (prompt.act == ACT_COMMAND) {
        return acts_command(model, prompt.text, diag);
    }
    return acts_do(model, prompt.act, prompt.text, diag);
}

static int prompt_key(struct model *model, int key, struct diag *diag)
{
    struct model_prompt *prompt = &model->prompt;
    size_t length = strlen(prompt->text);

    if (key == KEY_RETURN) {
        return end_prompt(model, diag);
    }
    if (key == KEY_ESCAPE || key == KEY_CTRL('c')) {
        prompt->open = false;
    } else if (key == KEY_DELETE_BACK) {
        prompt->open = length > 0;
        prompt->text[length > 0 ? length - 1 : 0] = '\0';
    } else if (key == KEY_CTRL('u')) {
        prompt->text[0] = '\0';
    } else if (key >= ' ' && key < 0x7F && length + 1 < sizeof prompt->text) {
        prompt->text[length] = (char)key;
        prompt->text[length + 1] = '\0';
    }
    return 0;
}

static int menu_key(struct model *model, int key, struct diag *diag)
{
    const struct key_binding *binding = key_binding_of(key);

    if (key == KEY_RETURN) {
        return branch_take_item(model, diag);
    }
    if (key == ' ') {
        return branch_show_bytes(model, diag);
    }
    model->menu.after[0] = '\0';
    if (binding != NULL &&
        (binding->act == ACT_UP || binding->act == ACT_DOWN ||
         binding->act == ACT_PAGE_UP || binding->act == ACT_PAGE_DOWN)) {
        return acts_do(model, binding->act, NULL, diag);
    }
    if (binding != NULL && binding->act == ACT_QUIT) {
        model->quit = true;
    }
    if (binding != NULL &&
        (binding->act == ACT_CLOSE || binding->act == ACT_LEAVE ||
         binding->act == ACT_PAUSE)) {
        model->menu.open = false;
    }
    return 0;
}

/* What an act's argument is before anything is typed. */
static void open_prompt(struct model *model, enum act act)
{
    model->prompt = (struct model_prompt){.open = true, .act = act};
    if (act == ACT_FILTER) {
        snprintf(model->prompt.text, sizeof model->prompt.text, "%s",
                 model->filter);
    } else if (act == ACT_BREAK) {
        snprintf(model->prompt.text, sizeof model->prompt.text, "%s",
                 model->stop_at);
    }
}

/* These ask for their argument when they come from a key. */
static bool asks(enum act act)
{
    switch (act) {
    case ACT_GOTO:
    case ACT_BREAK:
    case ACT_SAVE:
    case ACT_FILTER:
    case ACT_HEX:
    case ACT_EXPLAIN:
        return true;
    default:
        return false;
    }
}

/* Keys that scroll the help or an open datagram; any other leaves it. */
static int page_key(struct model *model, int key, struct diag *diag)
{
    const struct key_binding *binding = key_binding_of(key);
    enum act act = binding != NULL ? binding->act : ACT_NONE;

    switch (act) {
    case ACT_UP:
    case ACT_DOWN:
    case ACT_PAGE_UP:
    case ACT_PAGE_DOWN:
        return acts_do(model, act, NULL, diag);
    case ACT_QUIT:
        model->quit = true;
        return 0;
    default:
        if (model->help) {
            model->help = false;
        } else {
            model->packet = 0;
        }
        return 0;
    }
}

int acts_key(struct model *model, int key, struct diag *diag)
{
    if (model->prompt.open) {
        return prompt_key(model, key, diag);
    }
    model->message[0] = '\0';
    if (model->overwrite[0] != '\0') {
        return branch_overwrite(model, key == 'y' || key == 'Y');
    }
    if (model->help || (model->packet > 0 && !model->menu.open)) {
        return page_key(model, key, diag);
    }
    if (model->menu.open) {
        return menu_key(model, key, diag);
    }
    const struct key_binding *binding = key_binding_of(key);

    if (binding == NULL) {
        char name[16];

        key_text(key, name, sizeof name);
        model_say(model, SCREEN_WARN,
                  "%s has no meaning here; ? shows all keys", name);
        return 0;
    }
    if (binding->argument == NULL && asks(binding->act) &&
        (!model->strip.shown || strip_handler(binding->act) != NULL)) {
        open_prompt(model, binding->act);
        return 0;
    }
    return acts_do(model, binding->act, binding->argument, diag);
}

/* ---- command lines ------------------------------------------------------------------------------------- */

static void say_unknown(struct model *model, const char *name)
{
    const char *best = NULL;
    unsigned least = 3;

    for (unsigned act = 1; act < ACT_COUNT; act++) {
        unsigned distance = suggest_distance(name, act_facts(act)->name);

        if (distance < least) {
            least = distance;
            best = act_facts(act)->name;
        }
    }
    model_say(model, SCREEN_BAD, "'%s' is no command; %s%s%s", name,
              best != NULL ? "did you mean '" : "? lists them",
              best != NULL ? best : "", best != NULL ? "'?" : "");
}

int acts_command(struct model *model, const char *line, struct diag *diag)
{
    char name[32];
    size_t length;

    line += strspn(line, " :");
    length = strcspn(line, " ");
    if (length == 0) {
        return 0;
    }
    snprintf(name, sizeof name, "%.*s", (int)length, line);
    enum act act = act_find(name);

    if (act == ACT_NONE) {
        say_unknown(model, name);
        return 0;
    }
    if (act != ACT_SAVE_SCREEN) {
        model->message[0] = '\0'; /* a saved screen shows the last one */
    }
    line += length;
    line += strspn(line, " ");
    return acts_do(model, act, line, diag);
}
