/* SPDX-License-Identifier: MIT */
/* The dashboard without a terminal: every pane at three sizes, every key. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "base/rng.h"
#include "tui/inject.h"
#include "tui/keys.h"
#include "unit/tui_stage.h"

static const struct {
    unsigned width;
    unsigned height;
} sizes[] = {{80, 24}, {132, 43}, {200, 60}};

#define SIZES (sizeof sizes / sizeof sizes[0])

/* What each pane surely shows at the end of a rolled back update. */
static const char *const shown[PANE_COUNT] = {
    [PANE_CONSOLE] = "sensor 1.2.0",     [PANE_PACKETS] = "radio.receive",
    [PANE_JOURNAL] = "is in force",      [PANE_HEX] = "journal header",
    [PANE_EXPECT] = "scenario's file",   [PANE_EXPLAIN] = "The run is over",
    [PANE_FORKS] = "the scenario as it", [PANE_DEVICES] = "rollbacks 1",
    [PANE_LIVE] = "m makes the machine",
};

static void command(struct model *model, const char *line)
{
    struct diag diag = {""};

    cr_assert_eq(acts_command(model, line, &diag), 0, "%s", diag.text);
}

Test(tui, panes_at_three_sizes)
{
    struct model *model = tui_stage("ota-crash");

    command(model, "last");
    command(model, "hex journal");
    for (unsigned pane = 0; pane < PANE_COUNT; pane++) {
        for (unsigned i = 0; i < SIZES; i++) {
            model->pane = pane;
            struct screen screen =
                tui_stage_screen(model, sizes[i].width, sizes[i].height);

            cr_expect_geq(tui_stage_row(&screen, shown[pane]), 0,
                          "%s at %ux%u: '%s'", model_pane_name(pane),
                          sizes[i].width, sizes[i].height, shown[pane]);
            cr_expect_eq(tui_stage_row(&screen, "ota-crash"), 0);
            cr_expect_eq(tui_stage_row(&screen, "n next"),
                         (int)sizes[i].height - 1);
            screen_free(&screen);
        }
    }
    tui_stage_end(model);
}

Test(tui, the_state_of_a_rollback)
{
    struct model *model = tui_stage("ota-crash");

    command(model, "goto boot.attempt");
    command(model, "next-phase");
    struct screen screen = tui_stage_screen(model, 80, 24);

    cr_expect_geq(tui_stage_row(&screen, "trial, 2"), 0);
    cr_expect_geq(tui_stage_row(&screen, "no rollback"), 0);
    screen_free(&screen);
    command(model, "last");
    screen = tui_stage_screen(model, 80, 24);
    cr_expect_geq(tui_stage_row(&screen, "rejected"), 0);
    cr_expect_geq(tui_stage_row(&screen, "1 rollback"), 0);
    screen_free(&screen);
    tui_stage_end(model);
}

Test(tui, there_and_back_is_the_same)
{
    struct model *model = tui_stage("ota-cut-erase");

    for (unsigned at = 40; at < 1100; at += 97) {
        struct diag diag = {""};

        cr_assert_eq(model_go(model, at), 0);
        struct screen there = tui_stage_screen(model, 132, 43);

        cr_assert_eq(acts_do(model, ACT_LAST, NULL, &diag), 0);
        cr_assert_eq(acts_do(model, ACT_FIRST, NULL, &diag), 0);
        cr_assert_eq(model_go(model, at), 0);
        model->message[0] = '\0';
        struct screen back = tui_stage_screen(model, 132, 43);

        cr_expect_eq(memcmp(there.cell, back.cell,
                            sizeof *back.cell * 132 * 41),
                     0, "event %u", at);
        screen_free(&there);
        screen_free(&back);
    }
    tui_stage_end(model);
}

/* Any key at any time, at any size: nothing breaks, and the place stays one
 * that exists. */
Test(tui, twenty_thousand_keys, .timeout = 300)
{
    struct model *model = tui_stage("ab-good");
    struct rng rng;
    uint64_t events = history_events(model_history(model));

    rng_init(&rng, 20261128, "keys");
    for (unsigned i = 0; i < 20000; i++) {
        struct diag diag = {""};
        uint64_t pick = rng_next(&rng);
        int key =
            pick % 5 == 0
                ? KEY_NAMED + (int)(pick / 5 % (KEY_NAMED_END - KEY_NAMED))
                : (int)(1 + pick / 5 % 0x7F);

        cr_assert_eq(acts_key(model, key, &diag), 0, "%s", diag.text);
        cr_assert_leq(model->at, events);
        cr_assert_lt(model->pane, PANE_COUNT);
        if (model->running) {
            cr_assert_eq(acts_advance(model, 3, &diag), 0);
        }
        model->quit = false;
        model->suspend = false;
        if (i % 7 == 0) {
            struct screen screen =
                tui_stage_screen(model, 1 + (unsigned)(pick >> 20) % 210,
                                 1 + (unsigned)(pick >> 40) % 70);

            screen_free(&screen);
        }
    }
    tui_stage_end(model);
}

/* The smallest and a large terminal, with whatever may lie over the panes. */
Test(tui, sizes_from_one_cell_to_many)
{
    static const unsigned all[][2] = {
        {1, 1}, {79, 24}, {80, 23}, {300, 100}, {400, 200}};
    struct model *model = tui_stage("ota-crash");
    struct diag diag = {""};

    command(model, "goto server.answer");
    for (unsigned i = 0; i < sizeof all / sizeof all[0]; i++) {
        for (unsigned pane = 0; pane < PANE_COUNT; pane++) {
            model->pane = pane;
            struct screen screen =
                tui_stage_screen(model, all[i][0], all[i][1]);

            cr_expect_eq(tui_stage_row(&screen, "n next") >= 0,
                         all[i][0] >= 80 && all[i][1] >= 24);
            screen_free(&screen);
        }
    }
    model->pane = PANE_PACKETS;
    command(model, "follow"); /* opened, then the terminal changes its size */
    for (unsigned i = 0; i < sizeof all / sizeof all[0]; i++) {
        struct screen screen = tui_stage_screen(model, all[i][0], all[i][1]);

        cr_assert_eq(acts_key(model, KEY_PAGE_DOWN, &diag), 0);
        screen_free(&screen);
    }
    cr_expect_gt(model->packet, 0);
    tui_stage_end(model);
}

Test(tui, a_click_elsewhere_does_nothing)
{
    struct model *model = tui_stage("ab-good");
    char argument[MODEL_TEXT];
    struct screen screen = tui_stage_screen(model, 80, 24);
    unsigned tabs = (unsigned)tui_stage_row(&screen, "1 console");

    for (unsigned y = 0; y < 23; y++) {
        for (unsigned x = 0; x < 80 && y != tabs; x++) {
            cr_expect_eq(view_hit(model, x, y, argument), ACT_NONE);
        }
    }
    cr_expect_eq(view_hit(model, 80, 23, argument), ACT_NONE);
    cr_expect_eq(view_hit(model, 5000, 5000, argument), ACT_NONE);
    cr_expect_eq(view_hit(model, UINT_MAX, tabs, argument), ACT_NONE);
    screen_free(&screen);
    /* the tabs fill the smallest screen */
    screen = tui_stage_screen(model, 90, 24);
    tabs = (unsigned)tui_stage_row(&screen, "1 console");
    cr_expect_eq(view_hit(model, 75, tabs, argument), ACT_PANE);
    cr_expect_eq(view_hit(model, 85, tabs, argument), ACT_NONE);
    screen_free(&screen);
    tui_stage_end(model);
}

Test(tui, a_click_on_bar_and_tabs)
{
    struct model *model = tui_stage("ab-good");
    char argument[MODEL_TEXT];
    struct screen screen = tui_stage_screen(model, 80, 24);

    cr_expect_eq(view_hit(model, 1, 23, argument), ACT_NEXT);
    int tabs = tui_stage_row(&screen, "1 console");

    cr_assert_geq(tabs, 0);
    cr_expect_eq(view_hit(model, 0, (unsigned)tabs, argument), ACT_PANE);
    cr_expect_str_eq(argument, "1");
    cr_expect_eq(view_hit(model, 0, 0, argument), ACT_NONE);
    screen_free(&screen);
    tui_stage_end(model);
}

/* ---- limits -------------------------------------------------------------------------- */

Test(tui, escape_closes_and_never_leaves)
{
    struct model *model = tui_stage("ab-good");
    struct diag diag = {""};

    cr_assert_eq(acts_key(model, 'z', &diag), 0);
    cr_expect(model->zoom);
    for (unsigned i = 0; i < 2; i++) {
        cr_assert_eq(acts_key(model, KEY_ESCAPE, &diag), 0);
        cr_expect_not(model->zoom);
    }
    cr_expect_not(model->quit);
    cr_expect_str_eq(model->message, "nothing is open; q leaves");
    cr_assert_eq(acts_key(model, 'q', &diag), 0);
    cr_expect(model->quit);
    tui_stage_end(model);
}

Test(tui, no_more_histories_than_there_is_room_for)
{
    struct model *model = tui_stage("ab-good");
    unsigned count = model->branches.count;
    struct diag diag = {""};

    cr_assert_eq(acts_command(model, "goto 20", &diag), 0);
    model->branches.count = BRANCHES;
    cr_assert_eq(acts_command(model, "inject reset", &diag), 0);
    cr_expect_eq(model->branches.count, BRANCHES);
    cr_expect_str_eq(model->message,
                     "there are 32 histories, and room for no more; save one "
                     "with s, and open it");
    model->branches.count = count;
    tui_stage_end(model);
}

/* An action takes the event looked at, unless it names one outside quotes. */
Test(tui, a_quoted_value_names_no_event)
{
    struct model *model = tui_stage("ab-good");
    struct diag diag = {""};
    char fault[200];

    cr_assert_eq(acts_command(model, "goto app.ready", &diag), 0);
    cr_assert(
        inject_here(model, "note=\"a,b@c\",done=4%", fault, sizeof fault));
    cr_expect_str_eq(fault, "note=\"a,b@c\"@app.ready,device=1,nth=1,done=4%");
    cr_assert(inject_here(model, "console=\"a,b@c\"@app.ready,nth=2", fault,
                          sizeof fault));
    cr_expect_str_eq(fault, "console=\"a,b@c\"@app.ready,nth=2");
    tui_stage_end(model);
}
