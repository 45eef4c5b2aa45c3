/* SPDX-License-Identifier: MIT */
/*
 * The two ways to drive the dashboard. On a terminal, with host time for
 * nothing but pace. By a script, without a terminal and without host time, so
 * that the same script gives the same screens:
 *
 *     # a comment
 *     n n Tab z           keys by name
 *     :goto boot.rollback a command
 *     :size 132x40        of the screen; 80x24 at first
 *     :expect TEXT        fails unless the screen shows it
 *     :refuse TEXT        fails if the screen shows it
 */
#ifndef OTALAB_TUI_LOOP_H
#define OTALAB_TUI_LOOP_H

#include "tui/model.h"

/* `at`: where to begin, as `goto` takes it, or NULL. */
int loop_terminal(struct model *model, const char *at, bool mouse,
                  struct diag *diag);
/* `cast` is the asciicast to write, or NULL. */
int loop_script(struct model *model, const char *path, const char *at,
                const char *cast, struct diag *diag);

#endif
