/* SPDX-License-Identifier: MIT */
#include "estimate/arith.h"

typedef unsigned __int128 wide;

const char *estimate_strerror(int err)
{
    static const char *const texts[] = {
        [-ESTIMATE_OK] = "no error",
        [-ESTIMATE_TOO_BIG] = "a result is too large; give smaller figures",
        [-ESTIMATE_ZERO] = "a figure that must not be 0 is 0",
        [-ESTIMATE_OVER_ALL] = "more than 100 % of the devices would be hit",
        [-ESTIMATE_WINDOW] = "the window is longer than the update",
        [-ESTIMATE_OPEN] = "the sweep is not complete; it needs all "
                           "positions and all shards",
        [-ESTIMATE_POSITIONS] = "the sweep spans no time",
        [-ESTIMATE_WORK] = "the simulation would take too long; give fewer "
                           "runs",
    };
    unsigned index = (unsigned)-err;

    return index < sizeof texts / sizeof texts[0] ? texts[index] : "?";
}

static int narrow(wide value, uint64_t *out)
{
    if (value > UINT64_MAX) {
        return ESTIMATE_TOO_BIG;
    }
    *out = (uint64_t)value;
    return 0;
}

int estimate_scale(uint64_t a, uint64_t b, uint64_t c, uint64_t *out)
{
    if (c == 0) {
        return ESTIMATE_ZERO;
    }
    wide product = (wide)a * b;
    wide rest = product % c;

    return narrow(product / c + (rest >= c - rest ? 1u : 0u), out);
}

int estimate_scale_up(uint64_t a, uint64_t b, uint64_t c, uint64_t *out)
{
    if (c == 0) {
        return ESTIMATE_ZERO;
    }
    wide product = (wide)a * b;

    return narrow(product / c + (product % c != 0 ? 1u : 0u), out);
}

int estimate_times(uint64_t a, uint64_t b, uint64_t *out)
{
    return narrow((wide)a * b, out);
}

int estimate_plus(uint64_t a, uint64_t b, uint64_t *out)
{
    return narrow((wide)a + b, out);
}

int estimate_minus(uint64_t a, uint64_t b, int64_t *out)
{
    if (a > INT64_MAX || b > INT64_MAX) {
        return ESTIMATE_TOO_BIG;
    }
    *out = (int64_t)a - (int64_t)b;
    return 0;
}
