/* SPDX-License-Identifier: MIT */
/*
 * A screen as a value: a grid of cells, each with one character and the role
 * that it plays. Views draw into it; a terminal, a text file or a picture is
 * made from it. It knows neither curses nor colours, so that screens can be
 * compared in tests. The caller owns the screen; drawing outside it does
 * nothing.
 */
#ifndef OTALAB_TUI_SCREEN_H
#define OTALAB_TUI_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SCREEN_MAX_WIDTH 400u
#define SCREEN_MAX_HEIGHT 200u

/* X(CODE, 'letter'): what a cell means. The letter stands for it in
 * the role plane of a saved screen. Colours are in theme.c. */
#define SCREEN_ROLES(X)                            \
    X(TEXT, '.')                                   \
    X(DIM, 'd')      /* of no importance now */    \
    X(HEADING, 'h')  /* names of panes and rows */ \
    X(TITLE, 't')    /* the title line */          \
    X(GOOD, 'g')     /* as it should be */         \
    X(BAD, 'b')      /* refused, failed, lost */   \
    X(WARN, 'w')     /* on trial, low, waiting */  \
    X(FAULT, 'f')    /* what the scenario does */  \
    X(SELECTED, 's') /* the event or byte shown */ \
    X(KEY, 'k')      /* a key in bar and help */   \
    X(KEY_TEXT, 'y') /* and what it does */        \
    X(ERASED, 'e')   /* flash map from here */     \
    X(PROGRAMMED, 'p')                             \
    X(BUSY, 'u')                                   \
    X(TORN, 'o')                                   \
    X(CHANGED, 'c') /* by the event shown */       \
    X(BAR, 'r')     /* progress that was made */

enum screen_role {
#define SCREEN_ENUM(code, letter) SCREEN_##code,
    SCREEN_ROLES(SCREEN_ENUM)
#undef SCREEN_ENUM
        SCREEN_ROLE_COUNT
};

struct cell {
    uint16_t glyph; /* a code point one column wide */
    uint8_t role;   /* enum screen_role */
};

struct screen {
    unsigned width;
    unsigned height;
    struct cell *cell; /* rows from the top, width * height of them */
};

/* A rectangle of a screen; rows and columns in it count from 0. */
struct area {
    struct screen *screen;
    unsigned x;
    unsigned y;
    unsigned width;
    unsigned height;
};

/* All blank. 0, or OTALAB_ERR_USAGE for a size of 0 or beyond the maximum,
 * OTALAB_ERR_SIMULATOR without memory. */
int screen_init(struct screen *screen, unsigned width, unsigned height);
void screen_free(struct screen *screen);
void screen_clear(struct screen *screen);
struct area screen_area(struct screen *screen);

/* The part of `area` from that column and row; as much of it as there is. */
struct area area_part(const struct area *area, unsigned x, unsigned y,
                      unsigned width, unsigned height);
/* Blank it, in that role. */
void area_fill(const struct area *area, enum screen_role role);
void area_put(const struct area *area, unsigned x, unsigned y, uint16_t glyph,
              enum screen_role role);
/* UTF-8 text from that column on, cut off at the area's edge. Control
 * characters show as ^X, invalid bytes as '?', wide characters too. Returns
 * the column after it. */
unsigned area_text(const struct area *area, unsigned x, unsigned y,
                   enum screen_role role, const char *text);
__attribute__((format(printf, 5, 6))) unsigned area_print(
    const struct area *area, unsigned x, unsigned y, enum screen_role role,
    const char *format, ...);
/* Words broken into lines from row `y` on. Returns the row after the last
 * line, even when that is below the area. */
unsigned area_wrap(const struct area *area, unsigned y, enum screen_role role,
                   const char *text);
/* Change the role of `width` cells. */
void area_role(const struct area *area, unsigned x, unsigned y, unsigned width,
               enum screen_role role);

/* Replace every glyph that is not ASCII by its stand-in. */
void screen_to_ascii(struct screen *screen);
/* UTF-8 of one glyph, with a 0 after it. */
void screen_utf8(uint16_t glyph, char out[5]);
char screen_role_letter(enum screen_role role);

#endif
