/* SPDX-License-Identifier: MIT */
#include "tls/health.h"

/* 1 + 20 / 4: so many equal bytes in a row. */
#define REPETITION_CUT 6u
/* 1 + the 1 - 2^-20 quantile of binomial(512, 2^-4). */
#define PROPORTION_CUT 63u

static bool repeats(const uint8_t window[HEALTH_WINDOW])
{
    uint32_t run = 1;

    for (uint32_t i = 1; i < HEALTH_WINDOW; i++) {
        run = window[i] == window[i - 1] ? run + 1u : 1u;
        if (run >= REPETITION_CUT) {
            return true;
        }
    }
    return false;
}

/* How often does the first sample occur? */
static bool prefers(const uint8_t window[HEALTH_WINDOW])
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < HEALTH_WINDOW; i++) {
        count += window[i] == window[0];
    }
    return count >= PROPORTION_CUT;
}

bool health_passes(const uint8_t window[HEALTH_WINDOW])
{
    return !repeats(window) && !prefers(window);
}
