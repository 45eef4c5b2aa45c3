/* SPDX-License-Identifier: MIT */
#include "tui/tui.h"

#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "tui/acts.h"
#include "tui/loop.h"

#define SOURCE_MAX (1024u * 1024u)

static const struct theme *pick_theme(const char *name, struct diag *diag)
{
    const char *no_color = getenv("NO_COLOR");
    const struct theme *theme;

    if (name == NULL) {
        name = no_color != NULL && no_color[0] != '\0' ? "mono" : "default";
    }
    theme = theme_find(name);
    if (theme == NULL) {
        (void)diag_fail(diag, OTALAB_ERR_USAGE,
                        "'%s' is no theme; they are default, safe and mono",
                        name);
    }
    return theme;
}

/* The file's text with a 0 at its end. */
static int read_text(const char *path, char **out, struct diag *diag)
{
    uint8_t *bytes = NULL;
    size_t size = 0;
    int err = file_read(path, SOURCE_MAX, &bytes, &size, diag);

    if (err != 0) {
        return err;
    }
    *out = realloc(bytes, size + 1);
    if (*out == NULL) {
        free(bytes);
        return diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory");
    }
    (*out)[size] = '\0';
    return 0;
}

static int fill_model(struct model *model, const struct tui_options *options,
                      struct diag *diag)
{
    model->theme = pick_theme(options->theme, diag);
    if (model->theme == NULL) {
        return OTALAB_ERR_USAGE;
    }
    model->where = options->where;
    model->path = options->scenario;
    model->has_seed = options->has_seed;
    model->seed = options->seed;
    model->faults = options->faults;
    model->fault = options->fault;
    model->ascii =
        options->ascii ||
        (options->script == NULL && strcmp(nl_langinfo(CODESET), "UTF-8") != 0);
    return options->scenario != NULL
               ? read_text(options->scenario, &model->source, diag)
               : 0;
}

static int open_history(struct model *model, const struct tui_options *options,
                        struct diag *diag)
{
    if (options->sweep != NULL) {
        strip_open(&model->strip, options->sweep);
        model_say(model, SCREEN_DIM,
                  "each cell is a position and shows its worst effect; Enter "
                  "opens a case");
        return 0;
    }
    return options->folder != NULL
               ? acts_open_folder(model, options->folder, options->token, diag)
               : acts_open_scenario(model, diag);
}

int tui_run(const struct tui_options *options, struct diag *diag)
{
    struct model *model = malloc(sizeof *model);

    if (model == NULL) {
        return diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory");
    }
    (void)setlocale(LC_CTYPE, "");
    model_init(model);
    int err = fill_model(model, options, diag);

    err = err ? err : open_history(model, options, diag);
    if (err == 0) {
        err = options->script != NULL
                  ? loop_script(model, options->script, options->at,
                                options->cast, diag)
                  : loop_terminal(model, options->at, !options->no_mouse, diag);
    }
    model_free(model);
    free(model);
    return err;
}
