/* SPDX-License-Identifier: MIT */
/* The strip of a sweep: on the dashboard, and over time on its page. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record/event.h"
#include "report/sweep_html.h"
#include "report/sweep_time.h"
#include "sweep/family.h"
#include "tui/model.h"
#include "tui/view.h"

#define ENDS (SWEEP_FAILED + 1u)
#define POSITIONS (ENDS * ENDS)

static struct sweep_effect effect[POSITIONS][2];
static struct sweep_position position[POSITIONS];

/* Each end, together with each other, before it and after it. */
static struct sweep_result pairs(void)
{
    const struct sweep_form *form;

    (void)family_forms(EVENT_FLASH_ERASE, &form);
    for (unsigned i = 0; i < POSITIONS; i++) {
        effect[i][0] = (struct sweep_effect){.form = &form[0], .end = i / ENDS};
        effect[i][1] = (struct sweep_effect){.form = &form[1], .end = i % ENDS};
        position[i] =
            (struct sweep_position){.place = {.code = EVENT_FLASH_ERASE,
                                              .nth = i + 1},
                                    .time_ns = i * 1000000000ull,
                                    .boot = 1,
                                    .program = "factory",
                                    .effects = 2,
                                    .effect = effect[i]};
    }
    return (struct sweep_result){.name = "pairs",
                                 .kinds = SWEEP_POWER,
                                 .depth = 1,
                                 .first = 1,
                                 .last = UINT32_MAX,
                                 .sweep = {.position = position,
                                           .positions = POSITIONS,
                                           .counts = {.positions = POSITIONS}}};
}

static unsigned worse(unsigned number)
{
    return number / ENDS > number % ENDS ? number / ENDS : number % ENDS;
}

Test(strip, a_cell_shows_the_worst_effect)
{
    static const uint16_t glyph[ENDS] = {0x2591, 0x00B7, 0x25C6, 0x2717};
    static const uint8_t role[ENDS] = {SCREEN_DIM, SCREEN_GOOD, SCREEN_WARN,
                                       SCREEN_BAD};
    static struct model model;
    const struct sweep_result result = pairs();
    struct screen screen;

    cr_assert_eq(screen_init(&screen, 80, 24), 0);
    struct area all = screen_area(&screen);

    strip_open(&model.strip, &result);
    strip_go(&model.strip, POSITIONS - 1);
    view_strip(&model, &all);
    const struct cell *cell = &screen.cell[2 * 80 + 7];

    for (unsigned i = 0; i < POSITIONS; i++) {
        cr_expect_eq(cell[i].glyph, glyph[worse(i)], "position %u", i + 1);
        cr_expect_eq(cell[i].role,
                     i + 1 == POSITIONS ? SCREEN_SELECTED : role[worse(i)],
                     "position %u", i + 1);
    }
    screen_free(&screen);
}

Test(strip, goes_to_the_worst_effect)
{
    const struct sweep_result result = pairs();
    struct strip strip;

    strip_open(&strip, &result);
    cr_expect_eq(strip.cursor, SWEEP_FAILED, "the first that fails");
    for (unsigned i = 0; i < POSITIONS; i++) {
        strip_go(&strip, i);
        cr_expect_eq(strip_effect(&strip)->end, worse(i), "position %u", i + 1);
    }
    strip_go(&strip, POSITIONS);
    cr_expect_eq(strip.cursor, POSITIONS - 1);
}

Test(strip, finds_each_failing_position)
{
    const struct sweep_result result = pairs();
    struct strip strip;
    size_t found = 0;
    unsigned count = 0;

    strip_open(&strip, &result);
    strip_go(&strip, 0);
    for (; strip_failing(&strip, 1, &found); count++) {
        cr_expect_eq(worse((unsigned)found), SWEEP_FAILED);
        strip_go(&strip, found);
    }
    cr_expect_eq(count, 2 * ENDS - 1);
    while (strip_failing(&strip, -1, &found)) {
        strip_go(&strip, found);
        count--;
    }
    cr_expect_eq(count, 1, "the last one was not found again");
}

/* ---- the page ---------------------------------------------------------------- */

static char *page(const struct sweep_result *result)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    cr_assert_not_null(out);
    cr_expect_eq(sweep_html(out, result), 0);
    cr_assert_eq(fclose(out), 0);
    return text;
}

static unsigned count_of(const char *text, const char *what)
{
    unsigned count = 0;

    for (; (text = strstr(text, what)) != NULL; text++) {
        count++;
    }
    return count;
}

Test(strip, the_page_shows_the_worst_effect)
{
    const struct sweep_result result = pairs();
    char *text = page(&result);
    char what[96];

    for (unsigned i = 0; i < POSITIONS; i++) {
        snprintf(what, sizeof what,
                 "<button type=\"button\" class=\"%s\" id=\"p%u\"",
                 result_end_name((enum sweep_end)worse(i)), i + 1);
        cr_expect_eq(count_of(text, what), 1, "%s", what);
    }
    for (unsigned end = 0; end < ENDS; end++) {
        snprintf(what, sizeof what, "<rect class=\"%s\"",
                 result_end_name((enum sweep_end)end));
        cr_expect_eq(count_of(text, what), 2 * end + 1, "%s", what);
    }
    free(text);
}

/* 15 s: a position each second, the last at the right end. */
Test(strip, marks_are_at_their_time)
{
    struct sweep_result result = pairs();
    char *text = page(&result);

    cr_expect_eq(count_of(text, "<rect class=\"open\" x=\"0.000%\""), 1);
    cr_expect_eq(count_of(text, "<rect class=\"failed\" x=\"20.000%\""), 1);
    cr_expect_eq(count_of(text, "<rect class=\"failed\" x=\"100.000%\""), 1);
    cr_expect_not_null(strstr(text, "<span style=\"left:66.667%\">10</span>"));
    free(text);
    result.first = 3;
    result.last = 4;
    result.sweep.counts.positions = 2;
    text = page(&result);
    cr_expect_eq(count_of(text, "<rect "), 2, "only those asked for");
    free(text);
    result.sweep.counts.positions = 0;
    text = page(&result);
    cr_expect_null(strstr(text, "<figure>"));
    free(text);
}

Test(strip, the_longest_recovery_ends_well)
{
    struct sweep_result result = pairs();

    effect[SWEEP_FAILED][1].time_ns = 9000000000u;
    effect[6][0].time_ns = 4000000000u; /* the same; the other one differs */
    effect[6][0].boots = 3;
    char *text = page(&result);

    cr_expect_not_null(strstr(text, "4.000 s of the device's time, 3 boots"));
    cr_expect_not_null(strstr(text, "<a href=\"#p7\">position 7</a></td>"));
    free(text);
}

Test(strip, ticks_are_few_and_round)
{
    static const struct {
        uint64_t length;
        uint64_t step;
    } cases[] = {{0, 1},  {5, 1},   {6, 2},
                 {11, 2}, {12, 5},  {14772000000u, 5000000000u},
                 {29, 5}, {30, 10}, {UINT64_MAX, 5000000000000000000u}};

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cr_expect_eq(sweep_time_step(cases[i].length), cases[i].step, "%zu", i);
    }
}
