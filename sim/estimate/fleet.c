/* SPDX-License-Identifier: MIT */
#include "estimate/fleet.h"

#include <stdlib.h>

#include "estimate/binomial.h"

#define NS_PER_S UINT64_C(1000000000)

const struct fleet_figures fleet_defaults = {
    .devices = 50000,
    .cut_ppm = 1000,
    .window_ns = 60u * NS_PER_S,
    .update_ns = 240u * NS_PER_S,
    .passes = 4,
    .service_cents = 20000,
};

/* ---- expectation --------------------------------------------------------- */

static int check(const struct fleet_figures *figures)
{
    if (figures->window_ns == 0 || figures->passes == 0) {
        return ESTIMATE_ZERO;
    }
    if ((figures->total_ns == 0 && figures->window_ns > figures->update_ns) ||
        figures->fatal_ns > figures->total_ns) {
        return ESTIMATE_WINDOW;
    }
    return figures->cut_ppm <= ESTIMATE_PPM ? 0 : ESTIMATE_OVER_ALL;
}

static int chances(const struct fleet_figures *figures, struct fleet *fleet)
{
    uint64_t in_window = figures->cut_ppm * (FLEET_ONE / ESTIMATE_PPM);
    int err = estimate_scale(in_window, figures->update_ns, figures->window_ns,
                             &fleet->cut);

    if (err == 0 && fleet->cut > FLEET_ONE) {
        return ESTIMATE_OVER_ALL;
    }
    if (err == 0 && figures->total_ns != 0) {
        return estimate_scale(fleet->cut, figures->fatal_ns, figures->total_ns,
                              &fleet->brick);
    }
    fleet->brick = in_window;
    return err;
}

int fleet_of(const struct fleet_figures *figures, struct fleet *fleet)
{
    const uint64_t per_milli = FLEET_ONE / FLEET_MILLI;
    struct fleet sum = {0};
    int64_t fits;        /* checks that cents are at most INT64_MAX */
    uint64_t starts = 0; /* updates begun, in all passes */
    int err = check(figures);

    err = err ? err : chances(figures, &sum);
    err =
        err ? err : estimate_times(figures->devices, figures->passes, &starts);
    err = err ? err
              : estimate_scale(figures->devices, sum.cut, per_milli,
                               &sum.cut_milli);
    err = err ? err
              : estimate_scale(figures->devices, sum.brick, per_milli,
                               &sum.first_milli);
    err = err ? err
              : estimate_scale(starts, sum.brick, per_milli, &sum.all_milli);
    err = err ? err
              : estimate_scale(sum.first_milli, figures->service_cents,
                               FLEET_MILLI, &sum.first_cents);
    err = err ? err
              : estimate_scale(sum.all_milli, figures->service_cents,
                               FLEET_MILLI, &sum.all_cents);
    err = err ? err : estimate_minus(sum.all_cents, 0, &fits);
    if (err == 0) {
        *fleet = sum;
    }
    return err;
}

/* ---- simulation ---------------------------------------------------------- */

static int check_work(const struct fleet_figures *figures, uint64_t runs)
{
    uint64_t work = 0;
    int err = estimate_times(figures->devices, figures->passes, &work);

    err = err ? err : estimate_times(work, runs, &work);
    if (runs == 0) {
        return ESTIMATE_ZERO;
    }
    return err != 0 || work > FLEET_WORK || runs > FLEET_RUNS ? ESTIMATE_WORK
                                                              : 0;
}

int fleet_simulate(const struct fleet_figures *figures, uint64_t seed,
                   uint64_t runs, struct fleet_run *run)
{
    struct fleet fleet;
    struct rng rng;
    int err = fleet_of(figures, &fleet);

    err = err ? err : check_work(figures, runs);
    rng_init(&rng, seed, "estimate.fleet");
    for (uint64_t i = 0; i < runs && err == 0; i++) {
        run[i] = (struct fleet_run){0};
        for (uint64_t pass = 0; pass < figures->passes; pass++) {
            uint64_t hit =
                binomial(&rng, figures->devices, fleet.brick, FLEET_ONE);

            run[i].first += pass == 0 ? hit : 0;
            run[i].all += hit;
        }
    }
    return err;
}

/* ---- spread -------------------------------------------------------------- */

static int by_size(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

/* The number at that share of the sorted ones; count <= FLEET_RUNS. */
static uint64_t at_percent(const uint64_t *number, uint64_t count,
                           unsigned percent)
{
    return number[(count * percent + 99u) / 100u - 1u];
}

void spread_of(uint64_t *number, uint64_t count, struct spread *spread)
{
    qsort(number, (size_t)count, sizeof *number, by_size);
    spread->least = number[0];
    spread->low = at_percent(number, count, 5);
    spread->median = at_percent(number, count, 50);
    spread->high = at_percent(number, count, 95);
    spread->most = number[count - 1];
}

void spread_bars(const uint64_t *number, uint64_t count,
                 struct spread_bars *bars)
{
    uint64_t range = number[count - 1] - number[0];

    *bars = (struct spread_bars){.from = number[0],
                                 .width = range / SPREAD_BARS + 1u};
    bars->count = (unsigned)(range / bars->width) + 1u;
    for (uint64_t i = 0; i < count; i++) {
        uint64_t *bar = &bars->bar[(number[i] - bars->from) / bars->width];

        (*bar)++;
        bars->highest = *bar > bars->highest ? *bar : bars->highest;
    }
}
