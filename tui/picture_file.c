/* SPDX-License-Identifier: MIT */
#include "tui/picture_file.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

static int open_file(const char *path, const char *suffix, FILE **out,
                     struct diag *diag)
{
    char name[512];
    int length = snprintf(name, sizeof name, "%s%s", path, suffix);

    *out = length > 0 && (size_t)length < sizeof name ? fopen(name, "w") : NULL;
    return *out != NULL ? 0
                        : diag_fail(diag, OTALAB_ERR_USAGE,
                                    "%.200s%s cannot be written: %s", path,
                                    suffix, strerror(errno));
}

static int close_file(FILE *out, const char *path, struct diag *diag)
{
    bool bad = ferror(out) != 0;

    if (fclose(out) != 0 || bad) {
        return diag_fail(diag, OTALAB_ERR_USAGE, "%.200s: %s", path,
                         strerror(errno));
    }
    return 0;
}

static const struct cell *cell_at(const struct screen *screen, unsigned x,
                                  unsigned y)
{
    return &screen->cell[(size_t)y * screen->width + x];
}

/* ---- text ------------------------------------------------------------------------ */

/* The column after the last cell that is not plain and blank. */
static unsigned row_end(const struct screen *screen, unsigned y)
{
    unsigned end = screen->width;

    while (end > 0 && cell_at(screen, end - 1, y)->glyph == ' ' &&
           cell_at(screen, end - 1, y)->role == SCREEN_TEXT) {
        end--;
    }
    return end;
}

int picture_file_text(const struct screen *screen, const char *path,
                      struct diag *diag)
{
    FILE *out = NULL;
    int err = open_file(path, "", &out, diag);

    if (err != 0) {
        return err;
    }
    for (unsigned y = 0; y < screen->height; y++) {
        for (unsigned x = 0; x < row_end(screen, y); x++) {
            char text[5];

            screen_utf8(cell_at(screen, x, y)->glyph, text);
            fputs(text, out);
        }
        fputc('\n', out);
    }
    fputs("-- roles --\n", out);
    for (unsigned y = 0; y < screen->height; y++) {
        for (unsigned x = 0; x < row_end(screen, y); x++) {
            fputc(screen_role_letter(cell_at(screen, x, y)->role), out);
        }
        fputc('\n', out);
    }
    return close_file(out, path, diag);
}

/* ---- SVG -------------------------------------------------------------------------- */

#define CELL_WIDTH 8u
#define CELL_HEIGHT 17u
#define BASE_LINE 13u

/* A terminal's colours, on a dark ground. */
static const char *const inks[] = {
    "#1e1e1e", "#f14c4c", "#3fb950", "#e3b341", "#58a6ff",
    "#d2a8ff", "#39c5cf", "#e6edf3", "#7d8590",
};
#define INK_OWN "#d0d7de"
#define PAPER_OWN "#0d1117"

static const char *ink_of(int ink, const char *own)
{
    return ink < 0 || (size_t)ink >= sizeof inks / sizeof inks[0] ? own
                                                                  : inks[ink];
}

/* Ink and paper of a role, with `reverse` carried out. */
static void colors_of(const struct theme_look *look, const char **ink,
                      const char **paper)
{
    const char *front = ink_of(look->ink, INK_OWN);
    const char *back = ink_of(look->paper, PAPER_OWN);
    bool reverse = (look->attributes & THEME_REVERSE) != 0;

    *ink = reverse ? back : front;
    *paper = reverse ? front : back;
}

static void put_svg_text(FILE *out, const struct screen *screen, unsigned x,
                         unsigned end, unsigned y)
{
    for (; x < end; x++) {
        uint16_t glyph = cell_at(screen, x, y)->glyph;
        char text[5];

        screen_utf8(glyph, text);
        fputs(glyph == '<'   ? "&lt;"
              : glyph == '>' ? "&gt;"
              : glyph == '&' ? "&amp;"
                             : text,
              out);
    }
}

/* Cells x to end - 1 of a row, all of one role. */
static void put_run(FILE *out, const struct screen *screen,
                    const struct theme_look *look, unsigned x, unsigned end,
                    unsigned y)
{
    const char *ink;
    const char *paper;
    unsigned width = (end - x) * CELL_WIDTH;

    colors_of(look, &ink, &paper);
    if (strcmp(paper, PAPER_OWN) != 0) {
        fprintf(out,
                "<rect x=\"%u\" y=\"%u\" width=\"%u\" height=\"%u\" "
                "fill=\"%s\"/>\n",
                x * CELL_WIDTH, y * CELL_HEIGHT, width, CELL_HEIGHT, paper);
    }
    fprintf(out, "<text x=\"%u\" y=\"%u\" textLength=\"%u\" fill=\"%s\"%s%s>",
            x * CELL_WIDTH, y * CELL_HEIGHT + BASE_LINE, width, ink,
            look->attributes & THEME_BOLD ? " font-weight=\"bold\"" : "",
            look->attributes & THEME_UNDERLINE
                ? " text-decoration=\"underline\""
                : "");
    put_svg_text(out, screen, x, end, y);
    fputs("</text>\n", out);
}

static void put_svg_row(FILE *out, const struct screen *screen,
                        const struct theme *theme, unsigned y)
{
    unsigned last = row_end(screen, y);

    for (unsigned x = 0; x < last;) {
        uint8_t role = cell_at(screen, x, y)->role;
        unsigned end = x;

        while (end < last && cell_at(screen, end, y)->role == role) {
            end++;
        }
        put_run(out, screen, &theme->look[role], x, end, y);
        x = end;
    }
}

int picture_file_svg(const struct screen *screen, const struct theme *theme,
                     const char *path, struct diag *diag)
{
    FILE *out = NULL;
    int err = open_file(path, ".svg", &out, diag);
    unsigned width = screen->width * CELL_WIDTH;
    unsigned height = screen->height * CELL_HEIGHT;

    if (err != 0) {
        return err;
    }
    fprintf(out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %u %u\" "
            "width=\"%u\" height=\"%u\" xml:space=\"preserve\" "
            "font-family=\"DejaVu Sans Mono, Menlo, Consolas, monospace\" "
            "font-size=\"13\">\n"
            "<rect width=\"%u\" height=\"%u\" fill=\"%s\"/>\n",
            width, height, width, height, width, height, PAPER_OWN);
    for (unsigned y = 0; y < screen->height; y++) {
        put_svg_row(out, screen, theme, y);
    }
    fputs("</svg>\n", out);
    return close_file(out, path, diag);
}

/* ---- asciicast ---------------------------------------------------------------------- */

void picture_cast_begin(FILE *out, unsigned width, unsigned height,
                        const char *title)
{
    fprintf(out,
            "{\"version\":2,\"width\":%u,\"height\":%u,\"title\":\"%s\"}\n",
            width, height, title);
}

static void put_look(FILE *out, const struct theme_look *look)
{
    fputs("\\u001b[0", out);
    if (look->attributes & THEME_BOLD) {
        fputs(";1", out);
    }
    if (look->attributes & THEME_FAINT) {
        fputs(";2", out);
    }
    if (look->attributes & THEME_UNDERLINE) {
        fputs(";4", out);
    }
    if (look->attributes & THEME_REVERSE) {
        fputs(";7", out);
    }
    if (look->ink >= 0) {
        fprintf(out, ";%d", look->ink < 8 ? 30 + look->ink : 82 + look->ink);
    }
    if (look->paper >= 0) {
        fprintf(out, ";%d", 40 + look->paper);
    }
    fputs("m", out);
}

static void put_json_glyph(FILE *out, uint16_t glyph)
{
    if (glyph == '"' || glyph == '\\') {
        fprintf(out, "\\%c", glyph);
    } else if (glyph < 0x80) {
        fputc(glyph, out);
    } else {
        fprintf(out, "\\u%04x", glyph);
    }
}

static bool is_same(const struct screen *screen, const struct screen *before,
                    unsigned x, unsigned y)
{
    return before != NULL &&
           cell_at(screen, x, y)->glyph == cell_at(before, x, y)->glyph &&
           cell_at(screen, x, y)->role == cell_at(before, x, y)->role;
}

static void put_cast_row(FILE *out, const struct screen *screen,
                         const struct screen *before, const struct theme *theme,
                         unsigned y)
{
    int role = -1;
    bool there = false; /* the cursor stands at x */

    for (unsigned x = 0; x < screen->width; x++) {
        const struct cell *cell = cell_at(screen, x, y);

        if (is_same(screen, before, x, y)) {
            there = false;
            continue;
        }
        if (!there) {
            fprintf(out, "\\u001b[%u;%uH", y + 1, x + 1);
        }
        if (cell->role != role) {
            role = cell->role;
            put_look(out, &theme->look[role]);
        }
        put_json_glyph(out, cell->glyph);
        there = true;
    }
}

void picture_cast_frame(FILE *out, const struct screen *screen,
                        const struct screen *before, const struct theme *theme,
                        uint64_t ms)
{
    fprintf(out, "[%" PRIu64 ".%03u,\"o\",\"", ms / 1000,
            (unsigned)(ms % 1000));
    if (before == NULL) {
        fputs("\\u001b[2J\\u001b[?25l", out);
    }
    for (unsigned y = 0; y < screen->height; y++) {
        put_cast_row(out, screen, before, theme, y);
    }
    fputs("\"]\n", out);
}
