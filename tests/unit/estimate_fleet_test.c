/* SPDX-License-Identifier: MIT */
/* The fleet: expected bricks, the simulation, and the measured window. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "estimate/binomial.h"
#include "estimate/fleet.h"
#include "estimate/window.h"

#define NS_PER_S UINT64_C(1000000000)

/* ---- binomial -------------------------------------------------------------- */

Test(binomial, ends_are_certain)
{
    struct rng rng;

    rng_init(&rng, 1, "binomial");
    cr_expect_eq(binomial(&rng, 0, 1, 2), 0);
    cr_expect_eq(binomial(&rng, 100, 0, 2), 0);
    cr_expect_eq(binomial(&rng, 100, 2, 2), 100);
}

/* Of three devices with one chance in three each: 8, 12, 6 and 1 of 27. */
Test(binomial, has_the_distribution_of_three_devices)
{
    static const unsigned of27[] = {8, 12, 6, 1};
    unsigned seen[4] = {0};
    struct rng rng;

    rng_init(&rng, 2, "binomial");
    for (unsigned i = 0; i < 270000; i++) {
        seen[binomial(&rng, 3, 1, 3)]++;
    }
    for (unsigned i = 0; i < 4; i++) {
        unsigned wanted = of27[i] * 10000;

        cr_expect_gt(seen[i], wanted - wanted / 40, "%u: %u", i, seen[i]);
        cr_expect_lt(seen[i], wanted + wanted / 40, "%u: %u", i, seen[i]);
    }
}

/* Mean n p, variance n p (1 - p), for counts around and above 64. */
Test(binomial, has_mean_and_variance)
{
    static const struct {
        uint64_t n, part, whole;
    } rows[] = {{63, 1, 4},   {64, 1, 2},        {65, 3, 4},
                {100, 1, 10}, {1000, 999, 1000}, {5000, 1, 1000}};

    for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++) {
        const unsigned draws = 20000;
        double p = (double)rows[r].part / (double)rows[r].whole;
        double mean = (double)rows[r].n * p;
        double variance = mean * (1 - p);
        double sum = 0;
        double squares = 0;
        struct rng rng;

        rng_init(&rng, 3, "binomial");
        for (unsigned i = 0; i < draws; i++) {
            double hit =
                (double)binomial(&rng, rows[r].n, rows[r].part, rows[r].whole);

            sum += hit;
            squares += (hit - mean) * (hit - mean);
        }
        cr_expect_float_eq(sum / draws, mean, 0.02 * variance + 0.02, "%zu", r);
        cr_expect_float_eq(squares / draws, variance, 0.05 * variance, "%zu",
                           r);
    }
}

/* ---- expected -------------------------------------------------------------- */

Test(fleet, defaults_give_the_chapter_s_figures)
{
    struct fleet fleet;

    cr_assert_eq(fleet_of(&fleet_defaults, &fleet), 0);
    cr_expect_eq(fleet_defaults.devices, 50000);
    cr_expect_eq(fleet_defaults.window_ns, 60 * NS_PER_S);
    cr_expect_eq(fleet_defaults.update_ns, 240 * NS_PER_S);
    cr_expect_eq(fleet.cut, FLEET_ONE / 250);
    cr_expect_eq(fleet.brick, FLEET_ONE / 1000);
    cr_expect_eq(fleet.cut_milli, 200000);
    cr_expect_eq(fleet.first_milli, 50000);
    cr_expect_eq(fleet.all_milli, 200000);
    cr_expect_eq(fleet.first_cents, 1000000);
    cr_expect_eq(fleet.all_cents, 4000000);
}

/* The window's share of the update, measured instead of given, is the same. */
Test(fleet, a_measured_window_takes_the_place_of_the_figure)
{
    struct fleet_figures figures = fleet_defaults;
    struct fleet fleet;

    figures.fatal_ns = 1;
    figures.total_ns = 4;
    cr_assert_eq(fleet_of(&figures, &fleet), 0);
    cr_expect_eq(fleet.first_milli, 50000);
    figures.fatal_ns = 0;
    cr_assert_eq(fleet_of(&figures, &fleet), 0);
    cr_expect_eq(fleet.brick, 0);
    cr_expect_eq(fleet.cut_milli, 200000);
    figures.fatal_ns = 4;
    figures.update_ns = 30 * NS_PER_S; /* half of the window's time */
    cr_assert_eq(fleet_of(&figures, &fleet), 0);
    cr_expect_eq(fleet.first_milli, 25000);
}

Test(fleet, wrong_figures_are_refused)
{
    struct fleet_figures figures = fleet_defaults;
    struct fleet fleet = {.cut = 7};

    figures.window_ns = 0;
    cr_expect_eq(fleet_of(&figures, &fleet), ESTIMATE_ZERO);
    figures = fleet_defaults;
    figures.passes = 0;
    cr_expect_eq(fleet_of(&figures, &fleet), ESTIMATE_ZERO);
    figures.passes = 1;
    figures.window_ns = figures.update_ns + 1;
    cr_expect_eq(fleet_of(&figures, &fleet), ESTIMATE_WINDOW);
    figures = fleet_defaults;
    figures.cut_ppm = ESTIMATE_PPM + 1;
    cr_expect_eq(fleet_of(&figures, &fleet), ESTIMATE_OVER_ALL);
    figures.cut_ppm = ESTIMATE_PPM / 2; /* twice that in four minutes */
    cr_expect_eq(fleet_of(&figures, &fleet), ESTIMATE_OVER_ALL);
    figures = fleet_defaults;
    figures.fatal_ns = 2;
    figures.total_ns = 1;
    cr_expect_eq(fleet_of(&figures, &fleet), ESTIMATE_WINDOW);
    figures = fleet_defaults;
    figures.devices = UINT64_MAX;
    cr_expect_eq(fleet_of(&figures, &fleet), ESTIMATE_TOO_BIG);
    figures = fleet_defaults;
    figures.service_cents = UINT64_C(1) << 56; /* 200 x that: over 2^63 */
    cr_expect_eq(fleet_of(&figures, &fleet), ESTIMATE_TOO_BIG);
    cr_expect_eq(fleet.cut, 7);
}

/* ---- simulation -------------------------------------------------------------- */

static uint64_t mean_of(const struct fleet_run *run, unsigned runs, bool all)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < runs; i++) {
        sum += all ? run[i].all : run[i].first;
    }
    return (sum + runs / 2) / runs;
}

Test(fleet, a_seed_gives_the_same_rollouts)
{
    struct fleet_run run[100];
    struct fleet_run again[100];
    struct fleet_run other[100];
    unsigned differ = 0;

    cr_assert_eq(fleet_simulate(&fleet_defaults, 1, 100, run), 0);
    cr_assert_eq(fleet_simulate(&fleet_defaults, 1, 100, again), 0);
    cr_assert_eq(fleet_simulate(&fleet_defaults, 2, 100, other), 0);
    for (unsigned i = 0; i < 100; i++) {
        cr_expect_eq(run[i].first, again[i].first);
        cr_expect_eq(run[i].all, again[i].all);
        cr_expect_leq(run[i].first, run[i].all);
        differ += run[i].all != other[i].all;
    }
    cr_expect_gt(differ, 50);
    cr_expect_geq(mean_of(run, 100, false), 48);
    cr_expect_leq(mean_of(run, 100, false), 52);
    cr_expect_geq(mean_of(run, 100, true), 196);
    cr_expect_leq(mean_of(run, 100, true), 204);
}

Test(fleet, ends_are_certain)
{
    struct fleet_figures figures = fleet_defaults;
    struct fleet_run run[3];

    figures.cut_ppm = 0;
    cr_assert_eq(fleet_simulate(&figures, 1, 3, run), 0);
    cr_expect_eq(run[2].all, 0);
    figures.cut_ppm = ESTIMATE_PPM;
    figures.update_ns = figures.window_ns;
    cr_assert_eq(fleet_simulate(&figures, 1, 3, run), 0);
    cr_expect_eq(run[2].first, figures.devices);
    cr_expect_eq(run[2].all, 4 * figures.devices);
}

Test(fleet, too_much_work_is_refused)
{
    struct fleet_figures figures = fleet_defaults;
    struct fleet_run run;

    cr_expect_eq(fleet_simulate(&figures, 1, 0, &run), ESTIMATE_ZERO);
    cr_expect_eq(fleet_simulate(&figures, 1, FLEET_RUNS + 1, &run),
                 ESTIMATE_WORK);
    figures.devices = FLEET_WORK / 4 + 1;
    cr_expect_eq(fleet_simulate(&figures, 1, 1, &run), ESTIMATE_WORK);
}

/* ---- spread -------------------------------------------------------------- */

Test(fleet, spread_is_by_rank)
{
    uint64_t number[100];
    uint64_t one = 7;
    struct spread spread;

    for (unsigned i = 0; i < 100; i++) {
        number[i] = (i * 37) % 100 + 1; /* 1 .. 100, not in order */
    }
    spread_of(number, 100, &spread);
    cr_expect_eq(spread.least, 1);
    cr_expect_eq(spread.low, 5);
    cr_expect_eq(spread.median, 50);
    cr_expect_eq(spread.high, 95);
    cr_expect_eq(spread.most, 100);
    spread_of(&one, 1, &spread);
    cr_expect_eq(spread.low, 7);
    cr_expect_eq(spread.high, 7);
}

Test(fleet, bars_hold_every_number)
{
    static const uint64_t number[] = {10, 10, 11, 24, 25, 39, 40};
    static const uint64_t same[] = {5, 5};
    struct spread_bars bars;
    uint64_t sum = 0;

    spread_bars(number, 7, &bars);
    cr_expect_eq(bars.from, 10);
    cr_expect_eq(bars.width, 3); /* 31 numbers, at most 15 bars */
    cr_expect_eq(bars.count, 11);
    for (unsigned i = 0; i < bars.count; i++) {
        sum += bars.bar[i];
    }
    cr_expect_eq(sum, 7);
    cr_expect_eq(bars.bar[0], 3);
    cr_expect_eq(bars.highest, 3);
    cr_expect_eq(bars.bar[10], 1);
    spread_bars(same, 2, &bars);
    cr_expect_eq(bars.count, 1);
    cr_expect_eq(bars.bar[0], 2);
}

/* ---- the measured window --------------------------------------------------- */

/* Five positions at 0, 10, 30, 30, 60 ns; each has two effects. */
static struct sweep_effect effect[5][2];
static struct sweep_position position[5];
static const struct sweep swept = {.positions = 5, .position = position};

static void lay_out(void)
{
    static const uint64_t time[] = {0, 10, 30, 30, 60};

    for (unsigned i = 0; i < 5; i++) {
        position[i].time_ns = time[i];
        position[i].effects = 2;
        position[i].effect = effect[i];
        position[i].effect[0].end = SWEEP_SAME;
        position[i].effect[1].end = SWEEP_OTHER;
    }
}

Test(window, is_the_time_after_fatal_positions, .init = lay_out)
{
    struct window window;

    cr_assert_eq(window_of(&swept, &window), 0);
    cr_expect_eq(window.positions, 5);
    cr_expect_eq(window.fatal, 0);
    cr_expect_eq(window.fatal_ns, 0);
    cr_expect_eq(window.total_ns, 60);
    position[1].effect[1].end = SWEEP_FAILED;
    cr_assert_eq(window_of(&swept, &window), 0);
    cr_expect_eq(window.fatal, 1);
    cr_expect_eq(window.fatal_ns, 20);
    position[2].effect[0].end = SWEEP_FAILED; /* lasts no time */
    position[3].effect[0].end = SWEEP_FAILED;
    position[3].effect[1].end = SWEEP_FAILED; /* counts once */
    cr_assert_eq(window_of(&swept, &window), 0);
    cr_expect_eq(window.fatal, 3);
    cr_expect_eq(window.fatal_ns, 50);
    position[4].effect[0].end = SWEEP_FAILED; /* nothing follows */
    cr_assert_eq(window_of(&swept, &window), 0);
    cr_expect_eq(window.fatal, 4);
    cr_expect_eq(window.fatal_ns, 50);
    cr_expect_eq(window.total_ns, 60);
}

Test(window, incomplete_sweeps_are_refused, .init = lay_out)
{
    struct sweep stopped = swept;
    struct sweep none = {0};
    struct window window = {.positions = 99};

    stopped.interrupted = true;
    cr_expect_eq(window_of(&stopped, &window), ESTIMATE_OPEN);
    position[4].effect[1].end = SWEEP_OPEN;
    cr_expect_eq(window_of(&swept, &window), ESTIMATE_OPEN);
    lay_out();
    position[0].effects = 0;
    cr_expect_eq(window_of(&swept, &window), ESTIMATE_OPEN);
    cr_expect_eq(window_of(&none, &window), ESTIMATE_POSITIONS);
    cr_expect_eq(window.positions, 99);
}
