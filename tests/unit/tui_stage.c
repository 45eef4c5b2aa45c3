/* SPDX-License-Identifier: MIT */
#include "unit/tui_stage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

static const struct locations nowhere;

struct model *tui_stage(const char *name)
{
    char folder[] = "/tmp/otalab-tui-XXXXXX";
    char path[128];
    char command[512];
    struct diag diag = {""};
    struct model *model = calloc(1, sizeof *model);

    cr_assert_not_null(model);
    cr_assert_not_null(mkdtemp(folder));
    snprintf(command, sizeof command,
             "tar -C %s -xJf tests/data/recordings/%s.tar.xz", folder, name);
    cr_assert_eq(system(command), 0, "%s", command);
    snprintf(path, sizeof path, "%s/%s", folder, name);
    model_init(model);
    model->where = &nowhere;
    cr_assert_eq(acts_open_folder(model, path, NULL, &diag), 0, "%s",
                 diag.text);
    snprintf(command, sizeof command, "rm -r %s", folder);
    cr_assert_eq(system(command), 0);
    return model;
}

void tui_stage_end(struct model *model)
{
    model_free(model);
    free(model);
}

int tui_stage_row(const struct screen *screen, const char *text)
{
    char row[SCREEN_MAX_WIDTH * 3 + 5];

    for (unsigned y = 0; y < screen->height; y++) {
        char *at = row;

        for (unsigned x = 0; x < screen->width; x++) {
            screen_utf8(screen->cell[(size_t)y * screen->width + x].glyph, at);
            at += strlen(at);
        }
        if (strstr(row, text) != NULL) {
            return (int)y;
        }
    }
    return -1;
}

struct screen tui_stage_screen(struct model *model, unsigned width,
                               unsigned height)
{
    struct screen screen;

    model->width = width;
    model->height = height;
    cr_assert_eq(screen_init(&screen, width, height), 0);
    view_render(model, &screen);
    return screen;
}
