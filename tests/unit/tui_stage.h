/* SPDX-License-Identifier: MIT */
/* A model of the dashboard that looks at a kept recording. */
#ifndef OTALAB_TESTS_TUI_STAGE_H
#define OTALAB_TESTS_TUI_STAGE_H

#include "tui/acts.h"
#include "tui/model.h"
#include "tui/view.h"

/* Unpack tests/data/recordings/NAME.tar.xz and open it; fails the test when
 * that is not possible. */
struct model *tui_stage(const char *name);
void tui_stage_end(struct model *model);
/* The row of a screen that shows this text, or -1. */
int tui_stage_row(const struct screen *screen, const char *text);
/* Render at that size; the caller frees the screen. */
struct screen tui_stage_screen(struct model *model, unsigned width,
                               unsigned height);

#endif
