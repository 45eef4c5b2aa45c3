/* SPDX-License-Identifier: MIT */
#include "tui/screen.h"

#include "base/diag.h"
#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX 1024u

int screen_init(struct screen *screen, unsigned width, unsigned height)
{
    *screen = (struct screen){0};
    if (width == 0 || width > SCREEN_MAX_WIDTH || height == 0 ||
        height > SCREEN_MAX_HEIGHT) {
        return OTALAB_ERR_USAGE;
    }
    screen->cell = calloc((size_t)width * height, sizeof *screen->cell);
    if (screen->cell == NULL) {
        return OTALAB_ERR_SIMULATOR;
    }
    screen->width = width;
    screen->height = height;
    screen_clear(screen);
    return 0;
}

void screen_free(struct screen *screen)
{
    free(screen->cell);
    *screen = (struct screen){0};
}

void screen_clear(struct screen *screen)
{
    struct area all = screen_area(screen);

    area_fill(&all, SCREEN_TEXT);
}

struct area screen_area(struct screen *screen)
{
    return (struct area){screen, 0, 0, screen->width, screen->height};
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

struct area area_part(const struct area *area, unsigned x, unsigned y,
                      unsigned width, unsigned height)
{
    x = least(x, area->width);
    y = least(y, area->height);
    return (struct area){area->screen, area->x + x, area->y + y,
                         least(width, area->width - x),
                         least(height, area->height - y)};
}

static struct cell *cell_at(const struct area *area, unsigned x, unsigned y)
{
    if (x >= area->width || y >= area->height) {
        return NULL;
    }
    return &area->screen->cell[(size_t)(area->y + y) * area->screen->width +
                               area->x + x];
}

void area_put(const struct area *area, unsigned x, unsigned y, uint16_t glyph,
              enum screen_role role)
{
    struct cell *cell = cell_at(area, x, y);

    if (cell != NULL) {
        *cell = (struct cell){glyph, (uint8_t)role};
    }
}

void area_fill(const struct area *area, enum screen_role role)
{
    for (unsigned y = 0; y < area->height; y++) {
        for (unsigned x = 0; x < area->width; x++) {
            area_put(area, x, y, ' ', role);
        }
    }
}

void area_role(const struct area *area, unsigned x, unsigned y, unsigned width,
               enum screen_role role)
{
    for (unsigned i = 0; i < width; i++) {
        struct cell *cell = cell_at(area, x + i, y);

        if (cell != NULL) {
            cell->role = (uint8_t)role;
        }
    }
}

/* ---- text -------------------------------------------------------------- */

/* Is it a character that surely takes one column? */
static bool is_narrow(uint32_t glyph)
{
    return (glyph >= 0xA0 && glyph < 0x300) ||
           (glyph >= 0x370 && glyph < 0x590) ||
           (glyph >= 0x2010 && glyph < 0x2028) ||
           (glyph >= 0x2190 && glyph < 0x2300) ||
           (glyph >= 0x2500 && glyph < 0x2600);
}

unsigned area_text(const struct area *area, unsigned x, unsigned y,
                   enum screen_role role, const char *text)
{
    while (*text != '\0' && x < area->width) {
        uint32_t glyph = utf8_next(&text);

        if (glyph < 0x20 || glyph == 0x7F) {
            area_put(area, x++, y, '^', role);
            glyph ^= 0x40u;
        } else if (glyph >= 0x80 && !is_narrow(glyph)) {
            glyph = '?';
        }
        area_put(area, x++, y, (uint16_t)glyph, role);
    }
    return least(x, area->width);
}

unsigned area_print(const struct area *area, unsigned x, unsigned y,
                    enum screen_role role, const char *format, ...)
{
    char text[TEXT_MAX];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return area_text(area, x, y, role, text);
}

/* Bytes of `text` that go on a line of `width` columns, to a blank if there is
 * one; columns are bytes here, which breaks a line early at most. */
static size_t line_length(const char *text, unsigned width)
{
    size_t length = strcspn(text, "\n");

    if (length <= width) {
        return length;
    }
    for (size_t at = width; at > 0; at--) {
        if (text[at] == ' ') {
            return at;
        }
    }
    return width;
}

unsigned area_wrap(const struct area *area, unsigned y, enum screen_role role,
                   const char *text)
{
    if (area->width == 0) {
        return y;
    }
    while (*text != '\0') {
        size_t length = line_length(text, area->width);

        area_print(area, 0, y++, role, "%.*s", (int)length, text);
        text += length;
        text += *text == ' ' || *text == '\n';
    }
    return y;
}

/* ---- glyphs ------------------------------------------------------------ */

/* Stand-ins; what is not listed becomes '?'. */
static const struct {
    uint16_t glyph;
    char ascii;
} stand_ins[] = {
    {0x2588, '#'}, {0x2593, '%'}, {0x2592, '='}, {0x2591, '-'}, {0x00B7, '.'},
    {0x2500, '-'}, {0x2502, '|'}, {0x250C, '+'}, {0x2510, '+'}, {0x2514, '+'},
    {0x2518, '+'}, {0x251C, '+'}, {0x2524, '+'}, {0x253C, '+'}, {0x2573, 'X'},
    {0x25B6, '>'}, {0x25B8, '>'}, {0x25C0, '<'}, {0x25CF, '*'}, {0x25CB, 'o'},
    {0x2026, '~'}, {0x2192, '>'}, {0x2190, '<'}, {0x2191, '^'}, {0x2193, 'v'},
    {0x2013, '-'}, {0x2014, '-'}, {0x25A0, '#'}, {0x25AA, '+'}, {0x2261, '='},
    {0x25C6, 'o'}, {0x2717, 'X'},
};

static char stand_in(uint16_t glyph)
{
    for (size_t i = 0; i < sizeof stand_ins / sizeof stand_ins[0]; i++) {
        if (stand_ins[i].glyph == glyph) {
            return stand_ins[i].ascii;
        }
    }
    return '?';
}

void screen_to_ascii(struct screen *screen)
{
    for (size_t i = 0; i < (size_t)screen->width * screen->height; i++) {
        struct cell *cell = &screen->cell[i];

        if (cell->glyph >= 0x80) {
            cell->glyph = (uint16_t)stand_in(cell->glyph);
        }
    }
}

void screen_utf8(uint16_t glyph, char out[5])
{
    out[utf8_encode(glyph, out)] = '\0';
}

char screen_role_letter(enum screen_role role)
{
    static const char letters[SCREEN_ROLE_COUNT] = {
#define SCREEN_ROW(code, letter) letter,
        SCREEN_ROLES(SCREEN_ROW)
#undef SCREEN_ROW
    };

    return (unsigned)role < SCREEN_ROLE_COUNT ? letters[role] : '?';
}
