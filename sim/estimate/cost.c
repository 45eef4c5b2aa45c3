/* SPDX-License-Identifier: MIT */
#include "estimate/cost.h"

#define MICRODOLLARS_PER_CENT 10000u

const struct cost_figures cost_defaults = {
    .devices = 10000,
    .updates = 12,
    .image = 500000,
    .delta = 20000,
    .fallback_ppm = 62500,
    .price = 500000,
};

const uint64_t payback_engineering_cents = 1500000;

/* Bytes of one update with deltas, in millionths. */
static int mean_of(const struct cost_figures *figures, uint64_t *out)
{
    uint64_t deltas = 0;
    uint64_t fulls = 0;
    int err = estimate_times(figures->delta,
                             ESTIMATE_PPM - figures->fallback_ppm, &deltas);

    err = err ? err
              : estimate_times(figures->image, figures->fallback_ppm, &fulls);
    return err ? err : estimate_plus(deltas, fulls, out);
}

static int cents_of(uint64_t bytes, uint64_t price, uint64_t *cents)
{
    return estimate_scale(bytes, price,
                          (uint64_t)COST_MB * MICRODOLLARS_PER_CENT, cents);
}

static int smaller_of(const struct cost_figures *figures, int64_t *out)
{
    uint64_t ppm = 0;
    int err =
        estimate_scale(figures->delta, ESTIMATE_PPM, figures->image, &ppm);

    return err ? err : estimate_minus(ESTIMATE_PPM, ppm, out);
}

int cost_of(const struct cost_figures *figures, struct cost *cost)
{
    struct cost sum = {0};
    uint64_t sent = 0; /* updates of the fleet in a year */
    uint64_t mean = 0; /* in millionths of bytes */

    if (figures->fallback_ppm > ESTIMATE_PPM) {
        return ESTIMATE_OVER_ALL;
    }
    int err = estimate_times(figures->devices, figures->updates, &sent);

    err = err ? err : mean_of(figures, &mean);
    err = err ? err : estimate_scale(mean, 1, ESTIMATE_PPM, &sum.mean);
    err = err ? err : estimate_times(sent, figures->image, &sum.full_bytes);
    err =
        err ? err : estimate_scale(sent, mean, ESTIMATE_PPM, &sum.delta_bytes);
    err = err ? err : cents_of(sum.full_bytes, figures->price, &sum.full_cents);
    err =
        err ? err : cents_of(sum.delta_bytes, figures->price, &sum.delta_cents);
    err =
        err ? err
            : estimate_minus(sum.full_cents, sum.delta_cents, &sum.saved_cents);
    err = err ? err : smaller_of(figures, &sum.smaller_ppm);
    if (err == 0) {
        *cost = sum;
    }
    return err;
}

int payback_of(const struct payback_figures *figures, struct payback *payback)
{
    struct payback sum = {0};
    int err = estimate_plus(figures->engineering_cents, figures->delta_cents,
                            &sum.first_cents);

    err = err ? err
              : estimate_minus(figures->full_cents, sum.first_cents,
                               &sum.first_saved);
    err = err ? err
              : estimate_minus(figures->full_cents, figures->delta_cents,
                               &sum.later_saved);
    sum.never = sum.later_saved <= 0;
    if (err == 0 && !sum.never) {
        uint64_t saved = (uint64_t)sum.later_saved;

        err = estimate_scale(figures->engineering_cents, 100, saved,
                             &sum.centiyears);
        err = err ? err
                  : estimate_scale_up(figures->engineering_cents, 12, saved,
                                      &sum.months);
    }
    if (err == 0) {
        *payback = sum;
    }
    return err;
}

int payback_until(const struct payback_figures *figures, uint64_t year,
                  uint64_t *full_cents, uint64_t *delta_cents)
{
    uint64_t full = 0;
    uint64_t delta = 0;
    int64_t apart; /* checks that both are at most INT64_MAX */
    int err = estimate_times(figures->full_cents, year, &full);

    err = err ? err : estimate_times(figures->delta_cents, year, &delta);
    err = err ? err : estimate_plus(delta, figures->engineering_cents, &delta);
    err = err ? err : estimate_minus(full, delta, &apart);
    if (err == 0) {
        *full_cents = full;
        *delta_cents = delta;
    }
    return err;
}
