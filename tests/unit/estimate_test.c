/* SPDX-License-Identifier: MIT */
/* The calculators: arithmetic, costs, break-even, the decision rule. */
#include <criterion/criterion.h>
#include <string.h>

#include "estimate/arith.h"
#include "estimate/choose.h"
#include "estimate/cost.h"

#define UNTOUCHED UINT64_C(0xDEADBEEF)

/* ---- arithmetic ------------------------------------------------------------ */

Test(estimate, scale_rounds_to_the_nearest)
{
    static const struct {
        uint64_t a, b, c, near, up;
    } rows[] = {
        {0, 7, 3, 0, 0},
        {10, 1, 3, 3, 4},
        {11, 1, 3, 4, 4},
        {5, 1, 2, 3, 3},
        {7, 1, 2, 4, 4},
        {9, 2, 6, 3, 3},
        {1, 1, UINT64_MAX, 0, 1},
        {UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX},
        {UINT64_MAX / 2 + 1, 1, UINT64_MAX, 1, 1},
        {UINT64_MAX / 2, 1, UINT64_MAX, 0, 1},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint64_t out = UNTOUCHED;

        cr_expect_eq(estimate_scale(rows[i].a, rows[i].b, rows[i].c, &out), 0);
        cr_expect_eq(out, rows[i].near, "row %zu", i);
        cr_expect_eq(estimate_scale_up(rows[i].a, rows[i].b, rows[i].c, &out),
                     0);
        cr_expect_eq(out, rows[i].up, "row %zu", i);
    }
}

Test(estimate, what_does_not_fit_is_refused_and_left_alone)
{
    uint64_t out = UNTOUCHED;
    int64_t apart = 3;

    cr_expect_eq(estimate_scale(UINT64_MAX, 2, 1, &out), ESTIMATE_TOO_BIG);
    cr_expect_eq(estimate_scale_up(UINT64_MAX, 3, 2, &out), ESTIMATE_TOO_BIG);
    cr_expect_eq(estimate_times(UINT64_C(1) << 32, UINT64_C(1) << 32, &out),
                 ESTIMATE_TOO_BIG);
    cr_expect_eq(estimate_plus(UINT64_MAX, 1, &out), ESTIMATE_TOO_BIG);
    cr_expect_eq(estimate_minus(UINT64_C(1) << 63, 0, &apart),
                 ESTIMATE_TOO_BIG);
    cr_expect_eq(estimate_minus(0, UINT64_C(1) << 63, &apart),
                 ESTIMATE_TOO_BIG);
    cr_expect_eq(estimate_scale(1, 1, 0, &out), ESTIMATE_ZERO);
    cr_expect_eq(estimate_scale_up(1, 1, 0, &out), ESTIMATE_ZERO);
    cr_expect_eq(out, UNTOUCHED);
    cr_expect_eq(apart, 3);
    cr_expect_eq(estimate_minus(3, 5, &apart), 0);
    cr_expect_eq(apart, -2);
}

Test(estimate, every_error_has_a_text)
{
    for (int err = ESTIMATE_WORK; err <= ESTIMATE_OK; err++) {
        cr_expect_gt(strlen(estimate_strerror(err)), 5, "%d", err);
        for (int other = err + 1; other <= ESTIMATE_OK; other++) {
            cr_expect_str_neq(estimate_strerror(err), estimate_strerror(other));
        }
    }
    cr_expect_str_eq(estimate_strerror(ESTIMATE_WORK - 1), "?");
    cr_expect_str_eq(estimate_strerror(1), "?");
}

/* ---- costs ----------------------------------------------------------------- */

Test(estimate_cost, defaults_give_the_chapter_s_figures)
{
    struct cost cost;
    struct payback payback;

    cr_assert_eq(cost_of(&cost_defaults, &cost), 0);
    cr_expect_eq(cost_defaults.image, 500000);
    cr_expect_eq(cost_defaults.delta, 20000);
    cr_expect_eq(cost.smaller_ppm, 960000);
    cr_expect_eq(cost.mean, 50000);
    cr_expect_eq(cost.full_bytes, UINT64_C(60000000000));
    cr_expect_eq(cost.delta_bytes, UINT64_C(6000000000));
    cr_expect_eq(cost.full_cents, 3000000);
    cr_expect_eq(cost.delta_cents, 300000);
    cr_expect_eq(cost.saved_cents, 2700000);

    struct payback_figures figures = {.full_cents = cost.full_cents,
                                      .delta_cents = cost.delta_cents,
                                      .engineering_cents =
                                          payback_engineering_cents};

    cr_assert_eq(payback_of(&figures, &payback), 0);
    cr_expect_eq(payback.first_cents, 1800000);
    cr_expect_eq(payback.first_saved, 1200000);
    cr_expect_eq(payback.later_saved, 2700000);
    cr_expect_not(payback.never);
    cr_expect_eq(payback.centiyears, 56);
    cr_expect_eq(payback.months, 7);
}

Test(estimate_cost, rounds_bytes_and_cents_once)
{
    struct cost_figures figures = {.devices = 3,
                                   .updates = 1,
                                   .image = 10,
                                   .delta = 3,
                                   .fallback_ppm = 500000,
                                   .price = UINT64_C(10000000000)};
    struct cost cost;

    /* 6.5 bytes each, 19.5 in all: 20, not 3 x 7 */
    cr_assert_eq(cost_of(&figures, &cost), 0);
    cr_expect_eq(cost.mean, 7);
    cr_expect_eq(cost.delta_bytes, 20);
    cr_expect_eq(cost.full_cents, 30);
    cr_expect_eq(cost.delta_cents, 20);
    figures.price = 4999; /* 30 bytes x 4999 / 1e10 */
    cr_assert_eq(cost_of(&figures, &cost), 0);
    cr_expect_eq(cost.full_cents, 0);
}

Test(estimate_cost, nothing_costs_nothing)
{
    struct cost_figures figures = cost_defaults;
    struct cost cost;

    figures.devices = 0;
    cr_assert_eq(cost_of(&figures, &cost), 0);
    cr_expect_eq(cost.full_cents, 0);
    cr_expect_eq(cost.saved_cents, 0);
    figures = cost_defaults;
    figures.fallback_ppm = ESTIMATE_PPM;
    cr_assert_eq(cost_of(&figures, &cost), 0);
    cr_expect_eq(cost.delta_cents, cost.full_cents);
    figures.fallback_ppm = 0;
    figures.delta = 1000000;
    cr_assert_eq(cost_of(&figures, &cost), 0);
    cr_expect_eq(cost.saved_cents, -3000000);
    cr_expect_eq(cost.smaller_ppm, -1000000);
}

Test(estimate_cost, wrong_figures_are_refused)
{
    struct cost_figures figures = cost_defaults;
    struct cost cost = {.mean = UNTOUCHED};

    figures.fallback_ppm = ESTIMATE_PPM + 1;
    cr_expect_eq(cost_of(&figures, &cost), ESTIMATE_OVER_ALL);
    figures = cost_defaults;
    figures.image = 0;
    cr_expect_eq(cost_of(&figures, &cost), ESTIMATE_ZERO);
    figures = cost_defaults;
    figures.devices = UINT64_MAX;
    cr_expect_eq(cost_of(&figures, &cost), ESTIMATE_TOO_BIG);
    figures = cost_defaults;
    figures.image = UINT64_MAX / 2;
    cr_expect_eq(cost_of(&figures, &cost), ESTIMATE_TOO_BIG);
    figures = cost_defaults;
    figures.price = UINT64_MAX;
    figures.devices = 1000000000;
    cr_expect_eq(cost_of(&figures, &cost), ESTIMATE_TOO_BIG);
    cr_expect_eq(cost.mean, UNTOUCHED);
}

Test(estimate_cost, break_even_never_at_once_and_just_over_a_month)
{
    struct payback_figures figures = {.full_cents = 1200,
                                      .delta_cents = 1200,
                                      .engineering_cents = 100};
    struct payback payback;

    cr_assert_eq(payback_of(&figures, &payback), 0);
    cr_expect(payback.never);
    cr_expect_eq(payback.first_saved, -100);
    figures.delta_cents = 1300;
    cr_assert_eq(payback_of(&figures, &payback), 0);
    cr_expect(payback.never);
    cr_expect_eq(payback.later_saved, -100);
    figures.delta_cents = 0;
    cr_assert_eq(payback_of(&figures, &payback), 0);
    cr_expect_not(payback.never);
    cr_expect_eq(payback.months, 1);
    cr_expect_eq(payback.centiyears, 8);
    figures.engineering_cents = 101;
    cr_assert_eq(payback_of(&figures, &payback), 0);
    cr_expect_eq(payback.months, 2);
    figures.engineering_cents = 0;
    cr_assert_eq(payback_of(&figures, &payback), 0);
    cr_expect_eq(payback.months, 0);
    figures.engineering_cents = UINT64_MAX;
    cr_expect_eq(payback_of(&figures, &payback), ESTIMATE_TOO_BIG);
}

Test(estimate_cost, years_add_up)
{
    const struct payback_figures figures = {.full_cents = 3000000,
                                            .delta_cents = 300000,
                                            .engineering_cents = 1500000};
    struct payback_figures large = figures;
    uint64_t full = UNTOUCHED;
    uint64_t delta = UNTOUCHED;

    cr_assert_eq(payback_until(&figures, 5, &full, &delta), 0);
    cr_expect_eq(full, 15000000);
    cr_expect_eq(delta, 3000000);
    large.full_cents = INT64_MAX / 2;
    cr_expect_eq(payback_until(&large, 3, &full, &delta), ESTIMATE_TOO_BIG);
    cr_expect_eq(full, 15000000);
}

/* ---- the decision rule ------------------------------------------------------- */

static const struct choose_figures fleet = {
    .size = 512000,
    .changed_ppm = 40000,
    .updates = 4,
    .devices = 10000,
    .link = CHOOSE_CELLULAR,
    .price = 500000,
    .engineering_cents = 1500000,
};

static void decides(const struct choose_figures *figures, const char *name)
{
    const struct choose_line *line = choose(figures);

    cr_assert_not_null(line);
    cr_expect_str_eq(line->name, name);
    cr_expect_eq(line->advice,
                 strcmp(name, "delta") == 0 ? CHOOSE_DELTA : CHOOSE_FULL);
}

/* Each line decides at its limit, and not before. */
Test(estimate_choose, lines_begin_at_their_limits)
{
    struct choose_figures figures = fleet;

    decides(&figures, "delta");
    figures.size = UINT64_C(1) << 30;
    figures.changed_ppm = 500000;
    decides(&figures, "delta");
    figures.changed_ppm = 500001;
    decides(&figures, "change");
    figures = fleet;
    figures.devices = 1000000;
    figures.size = 32 * 1024;
    decides(&figures, "delta");
    figures.size--;
    decides(&figures, "size");
    figures = fleet;
    figures.link = CHOOSE_WIFI;
    decides(&figures, "link");
    figures.link = CHOOSE_WIRED;
    decides(&figures, "link");
    figures = fleet;
    figures.devices = 1000000;
    figures.updates = 2;
    decides(&figures, "delta");
    figures.updates = 1;
    decides(&figures, "updates");
}

/* In 24 months, 10,000 devices save 2 x 4 x 491,520 B x $0.5/MB x 10,000. */
Test(estimate_choose, payback_is_to_the_cent)
{
    struct choose_figures figures = fleet;

    figures.engineering_cents = 1966080;
    decides(&figures, "delta");
    figures.engineering_cents++;
    decides(&figures, "payback");
    figures.engineering_cents = 0;
    figures.devices = 0;
    decides(&figures, "delta");
    figures.engineering_cents = 1;
    decides(&figures, "payback");
}

/* The first line that applies decides. */
Test(estimate_choose, order_counts)
{
    struct choose_figures figures = {.changed_ppm = 600000,
                                     .link = CHOOSE_WIFI,
                                     .engineering_cents = 1};
    static const char *const names[] = {"change",  "size",  "link", "updates",
                                        "payback", "delta", NULL};

    decides(&figures, "change");
    figures.changed_ppm = 0;
    decides(&figures, "size");
    figures.size = 40000;
    decides(&figures, "link");
    figures.link = CHOOSE_CELLULAR;
    decides(&figures, "updates");
    figures.updates = 4;
    decides(&figures, "payback");
    for (unsigned i = 0; names[i] != NULL; i++) {
        cr_expect_str_eq(choose_line_at(i)->name, names[i]);
        cr_expect_gt(strlen(choose_line_at(i)->reason), 20);
    }
    cr_expect_null(choose_line_at(6));
}

Test(estimate_choose, wrong_figures_are_refused)
{
    struct choose_figures figures = fleet;

    figures.changed_ppm = ESTIMATE_PPM + 1;
    cr_expect_null(choose(&figures));
    figures = fleet;
    figures.devices = CHOOSE_MOST + 1;
    cr_expect_null(choose(&figures));
    figures = fleet;
    figures.link = CHOOSE_LINKS;
    cr_expect_null(choose(&figures));
    figures = fleet;
    figures.devices = figures.updates = figures.size = figures.price =
        figures.engineering_cents = CHOOSE_MOST;
    decides(&figures, "delta");
}

/* Sets one figure to the value that is named, which must turn the decision;
 * its neighbour must not. Everything is as before afterwards. */
static struct choose_turn turns(struct choose_figures *figures,
                                enum choose_figure by, uint64_t *value,
                                const char *line)
{
    enum choose_advice now = choose(figures)->advice;
    struct choose_turn turn = choose_turn(figures, by);
    uint64_t before = *value;

    cr_assert(turn.possible, "%u", by);
    cr_expect_str_eq(turn.line->name, line);
    *value = turn.value;
    cr_expect_neq(choose(figures)->advice, now, "%u", by);
    decides(figures, line);
    *value = turn.above ? turn.value - 1 : turn.value + 1;
    cr_expect_eq(choose(figures)->advice, now, "%u", by);
    *value = before;
    return turn;
}

Test(estimate_choose, turns_are_the_nearest)
{
    struct choose_figures it = fleet;

    cr_expect(turns(&it, CHOOSE_BY_CHANGED, &it.changed_ppm, "payback").above);
    cr_expect_not(turns(&it, CHOOSE_BY_SIZE, &it.size, "payback").above);
    cr_expect_eq(turns(&it, CHOOSE_BY_UPDATES, &it.updates, "payback").value,
                 3);
    cr_expect_eq(turns(&it, CHOOSE_BY_DEVICES, &it.devices, "payback").value,
                 7629);
    cr_expect_not(turns(&it, CHOOSE_BY_PRICE, &it.price, "payback").above);
    cr_expect_eq(turns(&it, CHOOSE_BY_ENGINEERING, &it.engineering_cents,
                       "payback")
                     .value,
                 1966081);
    it.devices = 1000;
    cr_expect_eq(turns(&it, CHOOSE_BY_DEVICES, &it.devices, "delta").value,
                 7630);
    cr_expect_not(
        turns(&it, CHOOSE_BY_ENGINEERING, &it.engineering_cents, "delta")
            .above);
    it.changed_ppm = 600000;
    it.devices = 100000;
    cr_expect_eq(turns(&it, CHOOSE_BY_CHANGED, &it.changed_ppm, "delta").value,
                 500000);
}

Test(estimate_choose, some_figures_cannot_turn_it)
{
    struct choose_figures it = fleet;

    it.link = CHOOSE_WIFI;
    for (unsigned by = 0; by < CHOOSE_FIGURES; by++) {
        struct choose_turn turn = choose_turn(&it, (enum choose_figure)by);

        cr_expect_not(turn.possible, "%u", by);
        cr_expect_null(turn.line);
    }
}
