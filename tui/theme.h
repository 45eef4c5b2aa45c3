/* SPDX-License-Identifier: MIT */
/*
 * How roles look: colours of a terminal's 16 and attributes. Meaning is never
 * carried by colour alone: `mono` uses attributes only, and every glyph of the
 * flash map differs. `safe` avoids pairs that colour-blind people confuse.
 * Constant.
 */
#ifndef OTALAB_TUI_THEME_H
#define OTALAB_TUI_THEME_H

#include "tui/screen.h"

enum theme_attribute {
    THEME_BOLD = 1u << 0,
    THEME_REVERSE = 1u << 1,
    THEME_UNDERLINE = 1u << 2,
    THEME_FAINT = 1u << 3
};

struct theme_look {
    int ink;   /* 0 to 15, or -1: the terminal's own */
    int paper; /* 0 to 7, or -1 */
    unsigned attributes;
};

struct theme {
    const char *name; /* NULL ends the table */
    const char *text; /* for people */
    bool color;
    struct theme_look look[SCREEN_ROLE_COUNT];
};

extern const struct theme themes[];

/* By its name; NULL if there is none. */
const struct theme *theme_find(const char *name);

#endif
