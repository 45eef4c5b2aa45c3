/* SPDX-License-Identifier: MIT */
/*
 *  title
 *  what the cells mean
 *  the strip, a row of cells after another
 *
 *  the position under the cursor
 *  its effects, a line each
 *  how the chosen one ends
 */
#include <inttypes.h>
#include <stdio.h>

#include "record/event.h"
#include "tui/view.h"

#define DETAIL 4u  /* rows: two for the position, a heading, a blank one */
#define OUTCOME 3u /* rows: how the chosen effect ends */
#define EFFECTS 5u /* rows, at least */
#define LABEL 7u   /* columns of a row's first number */

static const struct {
    uint16_t glyph;
    uint8_t role;
    const char *means;
} looks[SWEEP_FAILED + 1] = {
    [SWEEP_OPEN] = {0x2591, SCREEN_DIM, "not run"},
    [SWEEP_SAME] = {0x00B7, SCREEN_GOOD, "as without a cut"},
    [SWEEP_OTHER] = {0x25C6, SCREEN_WARN, "another image or unconfirmed"},
    [SWEEP_FAILED] = {0x2717, SCREEN_BAD, "fails"},
};

/* ---- title and legend -------------------------------------------------------- */

static void put_title(const struct strip *strip, const struct area *area)
{
    const struct sweep_result *result = strip->result;
    struct result_tally tally;

    result_tally(result, &tally);
    area_fill(area, SCREEN_TITLE);
    area_print(area, 1, 0, SCREEN_TITLE,
               "sweep of %s  %zu positions  %" PRIu64 " cuts, %" PRIu64
               " fail, %" PRIu64 " not run",
               result->name, result->sweep.positions, tally.cuts,
               tally.of[SWEEP_FAILED], tally.of[SWEEP_OPEN]);
}

static void put_legend(const struct area *area)
{
    unsigned x = 1;

    for (unsigned i = 0; i <= SWEEP_FAILED; i++) {
        unsigned end = (i + 1) % (SWEEP_FAILED + 1); /* "not run" at the end */

        area_put(area, x, 0, looks[end].glyph, looks[end].role);
        x = area_print(area, x + 2, 0, SCREEN_DIM, "%s", looks[end].means) + 3;
    }
}

/* ---- the strip ------------------------------------------------------------------ */

static void put_row(const struct strip *strip, const struct area *area,
                    unsigned y, size_t first)
{
    const struct sweep *sweep = &strip->result->sweep;
    unsigned columns = strip_columns(area->width);

    area_print(area, 0, y, SCREEN_DIM, "%6zu", first + 1);
    for (unsigned i = 0; i < columns && first + i < sweep->positions; i++) {
        enum sweep_end end = sweep_worst(&sweep->position[first + i]);

        area_put(area, LABEL + i, y, looks[end].glyph,
                 first + i == strip->cursor ? SCREEN_SELECTED
                                            : looks[end].role);
    }
}

/* As many rows as there is room for, around the cursor's. Returns their
 * number. */
static unsigned put_rows(const struct strip *strip, const struct area *area)
{
    unsigned columns = strip_columns(area->width);
    size_t rows = (strip->result->sweep.positions + columns - 1) / columns;
    size_t at = strip->cursor / columns;
    size_t first = at >= area->height ? at - area->height + 1 : 0;
    unsigned y = 0;

    for (; y < area->height && first + y < rows; y++) {
        put_row(strip, area, y, (first + y) * columns);
    }
    return y;
}

/* ---- the position ------------------------------------------------------------------ */

static void put_position(const struct strip *strip, const struct area *area)
{
    const struct sweep_position *position = strip_position(strip);
    char time[32];

    if (position == NULL) {
        area_text(area, 1, 0, SCREEN_WARN, "the sweep has no position");
        return;
    }
    unsigned x = area_print(area, 1, 0, SCREEN_HEADING, "position %zu",
                            strip->cursor + 1);

    x = area_print(area, x + 2, 0, SCREEN_TEXT, "%s",
                   event_kind(position->place.code)->name);
    if (position->place.partition[0] != '\0') {
        x = area_print(area, x, 0, SCREEN_TEXT, " in %s at 0x%" PRIx32,
                       position->place.partition, position->place.address);
    }
    area_print(area, x, 0, SCREEN_TEXT, ", number %" PRIu32 " of its kind",
               position->place.nth);
    words_time(position->time_ns, time);
    area_print(area, 1, 1, SCREEN_TEXT,
               "at %s, boot %" PRIu32 ": %s runs, journal: %s", time,
               position->boot, position->program,
               result_journal_name(position->journal));
}

static void put_effect(const struct strip *strip, const struct area *area,
                       unsigned y, unsigned number)
{
    const struct sweep_effect *effect = &strip_position(strip)->effect[number];
    char name[48];
    char time[32];
    bool chosen = number == strip->effect;

    if (effect->draw != 0) {
        snprintf(name, sizeof name, "%s %" PRIu32, effect->form->name,
                 effect->draw);
    } else {
        snprintf(name, sizeof name, "%s", effect->form->name);
    }
    area_put(area, 1, y, chosen ? 0x25B8 : ' ', SCREEN_TEXT);
    area_print(area, 3, y, chosen ? SCREEN_SELECTED : SCREEN_TEXT, "%-20s",
               name);
    area_print(area, 24, y, looks[effect->end].role, "%s",
               looks[effect->end].means);
    if (effect->end != SWEEP_OPEN) {
        words_time(effect->time_ns, time);
        area_print(area, 54, y, SCREEN_TEXT, "%3" PRIu32 "  %s%s",
                   effect->boots, effect->end == SWEEP_FAILED ? "" : time,
                   effect->merged ? "  known" : "");
    }
}

static void put_effects(const struct strip *strip, const struct area *area)
{
    const struct sweep_position *position = strip_position(strip);
    unsigned effects = position != NULL ? position->effects : 0;
    unsigned rows = area->height > 0 ? area->height - 1 : 0;
    unsigned first = strip->effect >= rows ? strip->effect - rows + 1 : 0;

    area_text(area, 3, 0, SCREEN_HEADING, "effect of the cut");
    area_text(area, 24, 0, SCREEN_HEADING, "the device");
    area_text(area, 52, 0, SCREEN_HEADING, "boots  time");
    for (unsigned i = 0; i < rows && first + i < effects; i++) {
        put_effect(strip, area, i + 1, first + i);
    }
}

static void put_outcome(const struct strip *strip, const struct area *area)
{
    const struct sweep_effect *effect = strip_effect(strip);
    const struct sweep_failure *failure = strip_failure(strip);

    if (effect == NULL) {
        area_text(area, 1, 0, SCREEN_DIM, "nothing was tried here");
    } else if (failure != NULL) {
        char text[640];

        snprintf(text, sizeof text, "%s (after %" PRIu32 " cut%s)",
                 failure->text, failure->cuts, failure->cuts == 1 ? "" : "s");
        (void)area_wrap(area, 0, SCREEN_BAD, text);
    } else {
        (void)area_wrap(area, 0, looks[effect->end].role,
                        effect->end == SWEEP_FAILED
                            ? "fails as another cut does that leads to the "
                              "same boot"
                            : result_end_text((enum sweep_end)effect->end));
    }
}

/* ---- all of it ----------------------------------------------------------------------- */

void view_strip(const struct model *model, const struct area *area)
{
    const struct strip *strip = &model->strip;
    unsigned fixed = 2 + DETAIL + OUTCOME + EFFECTS + 1;
    unsigned most = area->height > fixed + 1 ? area->height - fixed : 1;
    struct area title = area_part(area, 0, 0, area->width, 1);
    struct area legend = area_part(area, 0, 1, area->width, 1);
    struct area rows = area_part(area, 0, 2, area->width, most);

    put_title(strip, &title);
    put_legend(&legend);
    unsigned y = 3 + put_rows(strip, &rows);
    struct area position = area_part(area, 0, y, area->width, 2);
    struct area outcome =
        area_part(area, 1, area->height - OUTCOME, area->width - 2, OUTCOME);
    struct area effects =
        area_part(area, 0, y + 3, area->width, area->height - OUTCOME - y - 3);

    put_position(strip, &position);
    put_effects(strip, &effects);
    put_outcome(strip, &outcome);
}

/* Keys that mean something else on the strip. */
void view_strip_keys(const struct area *area)
{
    static const char *const keys[][2] = {
        {"hjkl", "move"}, {"n", "next failure"}, {"N", "before"},
        {"g", "go to"},   {"Tab", "effect"},     {"Enter", "open"},
        {"?", "help"},    {"q", "quit"}};
    unsigned x = 0;

    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        x = area_text(area, x, 0, SCREEN_KEY, keys[i][0]);
        x = area_print(area, x, 0, SCREEN_KEY_TEXT, " %s", keys[i][1]) + 2;
    }
}
