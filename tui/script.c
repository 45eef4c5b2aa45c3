/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/acts.h"
#include "tui/loop.h"
#include "tui/picture_file.h"
#include "tui/view.h"

#define LINE_MAX_LENGTH 512u
#define CAST_STEP_MS 700u

struct script {
    struct model *model;
    const char *path;
    unsigned line;
    struct screen screen;
    struct screen before; /* of the cast: what it shows */
    FILE *cast;           /* NULL: none */
    uint64_t cast_ms;
    struct diag *diag;
};

static int fail(const struct script *script, int err, const char *what,
                const char *text)
{
    return diag_fail(script->diag, err, "%.200s:%u: %s '%.200s'", script->path,
                     script->line, what, text);
}

/* ---- the screen ---------------------------------------------------------------------- */

static int resize(struct script *script, unsigned width, unsigned height)
{
    screen_free(&script->screen);
    screen_free(&script->before);
    script->model->width = width;
    script->model->height = height;
    return screen_init(&script->screen, width, height);
}

static int add_frame(struct script *script)
{
    struct screen *before = &script->before;
    bool first = before->cell == NULL;

    if (script->cast == NULL) {
        return 0;
    }
    if (first &&
        screen_init(before, script->screen.width, script->screen.height) != 0) {
        return diag_fail(script->diag, OTALAB_ERR_SIMULATOR, "out of memory");
    }
    picture_cast_frame(script->cast, &script->screen, first ? NULL : before,
                       script->model->theme, script->cast_ms);
    memcpy(before->cell, script->screen.cell,
           (size_t)before->width * before->height * sizeof *before->cell);
    script->cast_ms += CAST_STEP_MS;
    return 0;
}

static bool shows(const struct screen *screen, const char *text)
{
    char row[SCREEN_MAX_WIDTH * 3 + 5];

    for (unsigned y = 0; y < screen->height; y++) {
        char *at = row;

        for (unsigned x = 0; x < screen->width; x++) {
            screen_utf8(screen->cell[(size_t)y * screen->width + x].glyph, at);
            at += strlen(at);
        }
        if (strstr(row, text) != NULL) {
            return true;
        }
    }
    return false;
}

/* ---- a line ----------------------------------------------------------------------------- */

/* Everything that an act has started, to its end. */
static int settle(struct script *script)
{
    struct model *model = script->model;
    int err = 0;

    while (err == 0 && (model_branch(model)->live != NULL || model->seek != 0 ||
                        model_rebuilds(model))) {
        err = acts_live(model, 1000, script->diag);
    }
    while (err == 0 && model->running) {
        err = acts_advance(model, 1, script->diag);
        if (err == 0 && script->cast != NULL && model->running) {
            view_render(model, &script->screen);
            err = add_frame(script);
        }
    }
    view_render(model, &script->screen);
    return err ? err : add_frame(script);
}

static int do_size(struct script *script, const char *text)
{
    unsigned width;
    unsigned height;

    if (sscanf(text, "%ux%u", &width, &height) != 2 ||
        resize(script, width, height) != 0) {
        (void)resize(script, VIEW_MIN_WIDTH, VIEW_MIN_HEIGHT);
        return fail(script, OTALAB_ERR_USAGE, "no size (80x24)", text);
    }
    return settle(script);
}

static int do_keys(struct script *script, char *line)
{
    char *rest = NULL;

    for (char *name = strtok_r(line, " \t", &rest); name != NULL;
         name = strtok_r(NULL, " \t", &rest)) {
        int key = key_named(name);

        if (key == 0) {
            return fail(script, OTALAB_ERR_USAGE, "no key is called", name);
        }
        int err = acts_key(script->model, key, script->diag);

        err = err ? err : settle(script);
        if (err != 0 || script->model->quit) {
            return err;
        }
    }
    return 0;
}

/* "expect TEXT" -> TEXT; NULL when it is another command. */
static const char *after(const char *line, const char *name)
{
    size_t length = strlen(name);

    return strncmp(line, name, length) == 0 && line[length] == ' '
               ? line + length + 1
               : NULL;
}

static int do_command(struct script *script, const char *line)
{
    const char *text;

    if ((text = after(line, "size")) != NULL) {
        return do_size(script, text);
    }
    if ((text = after(line, "expect")) != NULL) {
        return shows(&script->screen, text)
                   ? 0
                   : fail(script, OTALAB_ERR_FAILED, "the screen does not show",
                          text);
    }
    if ((text = after(line, "refuse")) != NULL) {
        return shows(&script->screen, text)
                   ? fail(script, OTALAB_ERR_FAILED, "the screen shows", text)
                   : 0;
    }
    int err = acts_command(script->model, line, script->diag);

    return err ? err : settle(script);
}

static int do_line(struct script *script, char *line)
{
    line[strcspn(line, "\r\n")] = '\0';
    line += strspn(line, " \t");
    if (*line == '\0' || *line == '#') {
        return 0;
    }
    if (line[0] == ':' && line[1] != '\0' && line[1] != ' ') {
        return do_command(script, line + 1);
    }
    return do_keys(script, line);
}

/* ---- all of it ----------------------------------------------------------------------------- */

static int begin(struct script *script, const char *at)
{
    int err = resize(script, VIEW_MIN_WIDTH, VIEW_MIN_HEIGHT);

    err = err ? err : settle(script);
    if (err == 0 && at != NULL) {
        err = acts_do(script->model, ACT_GOTO, at, script->diag);
        err = err ? err : settle(script);
    }
    return err;
}

static int play(struct script *script, FILE *in, const char *at)
{
    char line[LINE_MAX_LENGTH];
    int err = begin(script, at);

    while (err == 0 && !script->model->quit &&
           fgets(line, sizeof line, in) != NULL) {
        script->line++;
        err =
            strlen(line) + 1 < sizeof line
                ? do_line(script, line)
                : fail(script, OTALAB_ERR_USAGE, "the line is too long:", line);
    }
    if (err == 0 && ferror(in)) {
        return diag_fail(script->diag, OTALAB_ERR_USAGE,
                         "%.200s cannot be read; is it a file?", script->path);
    }
    return err;
}

int loop_script(struct model *model, const char *path, const char *at,
                const char *cast, struct diag *diag)
{
    struct script script = {.model = model, .path = path, .diag = diag};
    FILE *in = strcmp(path, "-") == 0 ? stdin : fopen(path, "r");

    if (in == NULL) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "%.200s cannot be read; it holds keys and commands, "
                         "a line each",
                         path);
    }
    if (cast != NULL) {
        script.cast = fopen(cast, "w");
        if (script.cast == NULL) {
            fclose(in);
            return diag_fail(diag, OTALAB_ERR_USAGE, "%.200s cannot be written",
                             cast);
        }
        picture_cast_begin(script.cast, VIEW_MIN_WIDTH, VIEW_MIN_HEIGHT,
                           "otalab tui");
    }
    int err = play(&script, in, at);

    if (script.cast != NULL && fclose(script.cast) != 0 && err == 0) {
        err =
            diag_fail(diag, OTALAB_ERR_USAGE, "%.200s: the disk is full", cast);
    }
    fclose(in);
    screen_free(&script.screen);
    screen_free(&script.before);
    return err;
}
