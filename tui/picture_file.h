/* SPDX-License-Identifier: MIT */
/*
 * Screens as files: text with the role plane below it, as golden tests compare
 * them, pictures for the docs (SVG), and recordings of a terminal (asciicast
 * v2), whose times come from the caller. The same screen gives the same bytes.
 */
#ifndef OTALAB_TUI_PICTURE_FILE_H
#define OTALAB_TUI_PICTURE_FILE_H

#include <stdint.h>
#include <stdio.h>

#include "base/diag.h"
#include "tui/screen.h"
#include "tui/theme.h"

/* All: 0, or OTALAB_ERR_USAGE with a line that names the file. */
int picture_file_text(const struct screen *screen, const char *path,
                      struct diag *diag);
/* To `path` with ".svg" after it. */
int picture_file_svg(const struct screen *screen, const struct theme *theme,
                     const char *path, struct diag *diag);

/* The header of an asciicast, and one frame at `ms` from its start. `before`
 * is the frame that is on the screen, NULL for none: only what changed is
 * written. */
void picture_cast_begin(FILE *out, unsigned width, unsigned height,
                        const char *title);
void picture_cast_frame(FILE *out, const struct screen *screen,
                        const struct screen *before, const struct theme *theme,
                        uint64_t ms);

#endif
