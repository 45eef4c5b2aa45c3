/* SPDX-License-Identifier: MIT */
/*
 * The real terminal, by curses: the one file that knows it. Puts screens out,
 * writing only cells that changed, and gives keys by name. Whatever ends the
 * process (a signal, a crash, a hang-up) the terminal is left as it was; so it
 * is while the process is stopped. One terminal at a time.
 */
#ifndef OTALAB_TUI_TERMINAL_H
#define OTALAB_TUI_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/diag.h"
#include "tui/keys.h"
#include "tui/screen.h"
#include "tui/theme.h"

struct terminal_options {
    const struct theme *theme;
    bool mouse;
};

/* What was typed or done. */
struct terminal_input {
    enum {
        INPUT_NONE = 0, /* the time ran out */
        INPUT_KEY,
        INPUT_MOUSE,  /* pressed at x, y */
        INPUT_RESIZE, /* the terminal has another size */
        INPUT_HANGUP  /* it is gone, or the process is to end */
    } kind;
    int key; /* a character, or enum special_key */
    unsigned x;
    unsigned y;
};

/* Take the terminal over. OTALAB_ERR_USAGE when standard input or output is
 * none, or it lacks what is needed. */
int terminal_open(const struct terminal_options *options, struct diag *diag);
/* Give it back; may be called twice. */
void terminal_close(void);
/* The signal that told the process to end, or 0. */
int terminal_signal(void);
void terminal_size(unsigned *width, unsigned *height);
/* Show it. The cells that differ from what was shown last are written. */
void terminal_show(const struct screen *screen);
/* Write everything anew at the next terminal_show(). */
void terminal_redraw(void);
void terminal_set_theme(const struct theme *theme);
/* Wait at most `timeout_ms` for the next input; 0: only look. */
void terminal_input(int timeout_ms, struct terminal_input *input);
/* Stop the process as Ctrl-Z does, with the terminal given back meanwhile. */
void terminal_suspend(void);

#endif
