/* SPDX-License-Identifier: MIT */
#include "tui/theme.h"

#include <string.h>

enum ink {
    OWN = -1,
    BLACK = 0,
    RED = 1,
    GREEN = 2,
    YELLOW = 3,
    BLUE = 4,
    MAGENTA = 5,
    CYAN = 6,
    WHITE = 7,
    GREY = 8
};

const struct theme themes[] = {
    {.name = "default",
     .text = "colours on the terminal's own background",
     .color = true,
     .look = {[SCREEN_TEXT] = {OWN, OWN, 0},
              [SCREEN_DIM] = {GREY, OWN, 0},
              [SCREEN_HEADING] = {CYAN, OWN, THEME_BOLD},
              [SCREEN_TITLE] = {WHITE, BLUE, THEME_BOLD},
              [SCREEN_GOOD] = {GREEN, OWN, 0},
              [SCREEN_BAD] = {RED, OWN, THEME_BOLD},
              [SCREEN_WARN] = {YELLOW, OWN, 0},
              [SCREEN_FAULT] = {MAGENTA, OWN, THEME_BOLD},
              [SCREEN_SELECTED] = {BLACK, CYAN, 0},
              [SCREEN_KEY] = {BLACK, WHITE, 0},
              [SCREEN_KEY_TEXT] = {OWN, OWN, 0},
              [SCREEN_ERASED] = {GREY, OWN, 0},
              [SCREEN_PROGRAMMED] = {BLUE, OWN, 0},
              [SCREEN_BUSY] = {YELLOW, OWN, THEME_BOLD},
              [SCREEN_TORN] = {RED, OWN, THEME_BOLD},
              [SCREEN_CHANGED] = {GREEN, OWN, THEME_BOLD},
              [SCREEN_BAR] = {GREEN, OWN, 0}}},
    {.name = "safe",
     .text = "colours that colour-blind people can tell apart",
     .color = true,
     .look = {[SCREEN_TEXT] = {OWN, OWN, 0},
              [SCREEN_DIM] = {GREY, OWN, 0},
              [SCREEN_HEADING] = {OWN, OWN, THEME_BOLD},
              [SCREEN_TITLE] = {WHITE, BLUE, THEME_BOLD},
              [SCREEN_GOOD] = {CYAN, OWN, 0},
              [SCREEN_BAD] = {YELLOW, OWN, THEME_BOLD | THEME_REVERSE},
              [SCREEN_WARN] = {YELLOW, OWN, 0},
              [SCREEN_FAULT] = {YELLOW, OWN, THEME_BOLD | THEME_UNDERLINE},
              [SCREEN_SELECTED] = {OWN, OWN, THEME_REVERSE},
              [SCREEN_KEY] = {OWN, OWN, THEME_REVERSE},
              [SCREEN_KEY_TEXT] = {OWN, OWN, 0},
              [SCREEN_ERASED] = {GREY, OWN, 0},
              [SCREEN_PROGRAMMED] = {BLUE, OWN, 0},
              [SCREEN_BUSY] = {WHITE, OWN, THEME_BOLD},
              [SCREEN_TORN] = {YELLOW, OWN, THEME_BOLD | THEME_REVERSE},
              [SCREEN_CHANGED] = {CYAN, OWN, THEME_BOLD},
              [SCREEN_BAR] = {BLUE, OWN, THEME_BOLD}}},
    {.name = "mono",
     .text = "no colours, only bold, faint, underline and reverse",
     .look = {[SCREEN_TEXT] = {OWN, OWN, 0},
              [SCREEN_DIM] = {OWN, OWN, THEME_FAINT},
              [SCREEN_HEADING] = {OWN, OWN, THEME_BOLD},
              [SCREEN_TITLE] = {OWN, OWN, THEME_REVERSE},
              [SCREEN_GOOD] = {OWN, OWN, 0},
              [SCREEN_BAD] = {OWN, OWN, THEME_BOLD | THEME_UNDERLINE},
              [SCREEN_WARN] = {OWN, OWN, THEME_BOLD},
              [SCREEN_FAULT] = {OWN, OWN, THEME_UNDERLINE},
              [SCREEN_SELECTED] = {OWN, OWN, THEME_REVERSE},
              [SCREEN_KEY] = {OWN, OWN, THEME_REVERSE},
              [SCREEN_KEY_TEXT] = {OWN, OWN, 0},
              [SCREEN_ERASED] = {OWN, OWN, THEME_FAINT},
              [SCREEN_PROGRAMMED] = {OWN, OWN, 0},
              [SCREEN_BUSY] = {OWN, OWN, THEME_BOLD},
              [SCREEN_TORN] = {OWN, OWN, THEME_BOLD | THEME_UNDERLINE},
              [SCREEN_CHANGED] = {OWN, OWN, THEME_BOLD},
              [SCREEN_BAR] = {OWN, OWN, 0}}},
    {.name = NULL},
};

const struct theme *theme_find(const char *name)
{
    for (const struct theme *theme = themes; theme->name != NULL; theme++) {
        if (strcmp(theme->name, name) == 0) {
            return theme;
        }
    }
    return NULL;
}
