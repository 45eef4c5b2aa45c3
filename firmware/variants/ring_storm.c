/* SPDX-License-Identifier: MIT */
/* On trial: gives commands as fast as it can, at the right time, and ignores
 * the answers, even that it is being reset. */
#include "variants/false_clock.h"

void app_on_start(struct app *app)
{
    if (!app_on_trial(app)) {
        return;
    }
    (void)cpu_mask();
    for (;;) {
        (void)ring_at(board_cycles(), CTL_PMU_READ);
        watchdog_feed();
    }
}
