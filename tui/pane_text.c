/* SPDX-License-Identifier: MIT */
/* Panes that are lines of text: console, explanation, expectations. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tui/expect_state.h"
#include "tui/lookup.h"
#include "tui/view.h"

/* ---- console ----------------------------------------------------------------- */

void pane_console(const struct model *model, const struct area *area)
{
    const struct picture_device *device = model_device(model);

    if (device == NULL) {
        return;
    }
    const struct picture_console *console = &device->console;
    uint64_t kept =
        console->lines < PICTURE_LINES ? console->lines : PICTURE_LINES;
    uint64_t shown = kept < area->height ? kept : area->height;

    if (kept == 0) {
        area_text(area, 0, 0, SCREEN_DIM, "the device has printed nothing yet");
    }
    for (uint64_t i = 0; i < shown; i++) {
        uint64_t number = console->lines - shown + i;
        const struct picture_line *line =
            &console->line[number % PICTURE_LINES];
        char time[32];

        words_time(line->time_ns, time);
        unsigned x = area_print(area, 0, (unsigned)i, SCREEN_DIM, "%12s %c ",
                                time, line->typed ? '>' : ' ');

        area_text(area, x, (unsigned)i,
                  line->typed ? SCREEN_FAULT : SCREEN_TEXT, line->text);
    }
}

/* ---- explanation ----------------------------------------------------------------- */

/* The scenario's own words, if they are newer than the phase. */
static const char *told(const struct model *model, uint64_t phase_since)
{
    const struct scenario *scenario = model_scenario(model);
    uint64_t since;

    if (scenario == NULL) {
        return NULL;
    }
    int index = timeline_tell(&model_branch(model)->timeline, scenario,
                              model->at, &since);

    return index >= 0 && since >= phase_since ? scenario->tell[index].text
                                              : NULL;
}

void pane_explain(const struct model *model, const struct area *area)
{
    char text[4096];
    struct event begins = {0};
    const struct phase *phase =
        model_phase(model, &begins) ? phase_of(&begins) : NULL;
    const char *own = told(model, begins.sequence);

    if (model->note[0] != '\0') {
        (void)area_wrap(area, 0, SCREEN_TEXT, model->note);
        return;
    }
    if (model->word[0] != '\0') {
        (void)lookup_word(model->word, text, sizeof text);
        (void)area_wrap(area, 0, SCREEN_TEXT, text);
        return;
    }
    if (phase == NULL) {
        (void)area_wrap(area, 0, SCREEN_TEXT,
                        "Nothing has happened yet. n goes to the next event, N "
                        "to the next phase, c runs. Each phase is explained "
                        "here; e explains a word.");
        return;
    }
    area_text(area, 0, 0, SCREEN_HEADING, phase->name);
    unsigned row = area_wrap(area, 1, own != NULL ? SCREEN_GOOD : SCREEN_TEXT,
                             own != NULL ? own : phase->text);
    struct area rest = area_part(area, 0, row, area->width, area->height);

    words_event(&model->event, text, sizeof text);
    (void)area_wrap(&rest, 0, words_role(&model->event), text);
}

/* ---- expectations ------------------------------------------------------------------ */

static void put_expectation(const struct model *model, const struct area *area,
                            unsigned row, unsigned index)
{
    static const struct {
        const char *word;
        enum screen_role role;
    } words[EXPECT_STATES] = {
        [EXPECT_OPEN] = {"open  ", SCREEN_DIM},
        [EXPECT_HOLDS] = {"held  ", SCREEN_GOOD},
        [EXPECT_BROKEN] = {"BROKEN", SCREEN_BAD},
    };
    char why[240];
    char line[160];
    enum expect_standing state = expect_state(model, index, why, sizeof why);

    expect_line(model, index, line, sizeof line);
    unsigned x = area_text(area, 0, row, words[state].role, words[state].word);

    x = area_print(area, x, row, SCREEN_TEXT, " %s", line);
    area_print(area, x, row, SCREEN_DIM, "  %s", why);
}

/* Those that are broken come first. */
static unsigned sort_expectations(const struct model *model,
                                  unsigned order[SCENARIO_EXPECTS])
{
    const struct scenario *scenario = model_scenario(model);
    unsigned count = 0;

    for (unsigned pass = 0; pass < 2; pass++) {
        for (unsigned i = 0; i < scenario->expects; i++) {
            bool broken = expect_state(model, i, NULL, 0) == EXPECT_BROKEN;

            if (broken == (pass == 0)) {
                order[count++] = i;
            }
        }
    }
    return count;
}

void pane_expect(const struct model *model, const struct area *area)
{
    unsigned order[SCENARIO_EXPECTS];
    unsigned first = model->scroll[PANE_EXPECT];

    if (model_scenario(model) == NULL) {
        area_text(area, 0, 0, SCREEN_DIM,
                  "the scenario's file is not known; open the scenario itself");
        return;
    }
    unsigned count = sort_expectations(model, order);
    bool more = area->height > 0 && first + area->height < count;
    unsigned rows = more ? area->height - 1u : area->height;

    for (unsigned row = 0; row < rows && first + row < count; row++) {
        put_expectation(model, area, row, order[first + row]);
    }
    if (more) {
        area_print(area, 0, rows, SCREEN_DIM, "↓ %u more; PgDn shows them",
                   count - first - rows);
    }
}
