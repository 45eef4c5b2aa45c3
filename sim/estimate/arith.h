/* SPDX-License-Identifier: MIT */
/*
 * Arithmetic of the calculators, in integers of 64 bits: every result is exact
 * or rounded as its function says, and one that does not fit is an error. All
 * functions of sim/estimate are pure: they own nothing, keep nothing, print
 * nothing. On an error, *out is left as it was.
 */
#ifndef OTALAB_ESTIMATE_ARITH_H
#define OTALAB_ESTIMATE_ARITH_H

#include <stdint.h>

#define ESTIMATE_PPM 1000000u

enum estimate_err {
    ESTIMATE_OK = 0,
    ESTIMATE_TOO_BIG = -1,   /* a result does not fit */
    ESTIMATE_ZERO = -2,      /* a figure must not be 0 */
    ESTIMATE_OVER_ALL = -3,  /* a share or chance of more than 100 % */
    ESTIMATE_WINDOW = -4,    /* the window is longer than the update */
    ESTIMATE_OPEN = -5,      /* the sweep is a part, or was stopped */
    ESTIMATE_POSITIONS = -6, /* the sweep has no time between positions */
    ESTIMATE_WORK = -7       /* the simulation would take too long */
};

/* "a figure must not be 0", .. */
const char *estimate_strerror(int err);

/* a * b / c, rounded to the nearest; half is rounded up. */
int estimate_scale(uint64_t a, uint64_t b, uint64_t c, uint64_t *out);
/* The same, rounded up. */
int estimate_scale_up(uint64_t a, uint64_t b, uint64_t c, uint64_t *out);
int estimate_times(uint64_t a, uint64_t b, uint64_t *out);
int estimate_plus(uint64_t a, uint64_t b, uint64_t *out);
/* a - b */
int estimate_minus(uint64_t a, uint64_t b, int64_t *out);

#endif
