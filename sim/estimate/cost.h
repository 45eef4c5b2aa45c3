/* SPDX-License-Identifier: MIT */
/*
 * What the data of updates costs in a year, with full images and with deltas,
 * and when a delta's development has paid for itself.
 *
 *   full   devices x updates x image x price
 *   delta  devices x updates x mean x price, where some updates fall back to
 *          the full image: mean = (1 - fallback) x delta + fallback x image
 *
 *   first year with deltas   engineering + delta
 *   break-even               engineering / (full - delta)
 */
#ifndef OTALAB_ESTIMATE_COST_H
#define OTALAB_ESTIMATE_COST_H

#include <stdbool.h>
#include <stdint.h>

#include "estimate/arith.h"

#define COST_MB 1000000u /* bytes that the price is for */

struct cost_figures {
    uint64_t devices;
    uint64_t updates;      /* of each device in a year */
    uint64_t image;        /* bytes; not 0 */
    uint64_t delta;        /* bytes */
    uint64_t fallback_ppm; /* of the updates that send the full image after all;
                              at most ESTIMATE_PPM */
    uint64_t price;        /* of COST_MB bytes, in millionths of a dollar */
};

/* The chapter's results come from these; it does not give them itself. */
extern const struct cost_figures cost_defaults;

struct cost {
    uint64_t mean;       /* bytes of an update with deltas */
    uint64_t full_bytes; /* of the fleet in a year */
    uint64_t delta_bytes;
    uint64_t full_cents; /* of the fleet in a year; all cents are at most
                            INT64_MAX */
    uint64_t delta_cents;
    int64_t saved_cents; /* full - delta; negative: deltas cost more */
    int64_t smaller_ppm; /* by how much a delta is smaller than the image */
};

/* Bytes and cents are rounded to the nearest. 0, or a negative enum
 * estimate_err. */
int cost_of(const struct cost_figures *figures, struct cost *cost);

struct payback_figures {
    uint64_t full_cents; /* a year */
    uint64_t delta_cents;
    uint64_t engineering_cents; /* once */
};

extern const uint64_t payback_engineering_cents; /* the default */

struct payback {
    uint64_t first_cents; /* first year with deltas */
    int64_t first_saved;  /* against full images; negative: more expensive */
    int64_t later_saved;  /* in each later year */
    bool never;           /* nothing is saved: the next two are 0 */
    uint64_t centiyears;  /* until it has paid, rounded to the nearest .. */
    uint64_t months;      /* .. and up to whole months */
};

/* 0, or a negative enum estimate_err. */
int payback_of(const struct payback_figures *figures, struct payback *payback);
/* Both ways' costs up to the end of a year (1, 2, ..), in cents. */
int payback_until(const struct payback_figures *figures, uint64_t year,
                  uint64_t *full_cents, uint64_t *delta_cents);

#endif
