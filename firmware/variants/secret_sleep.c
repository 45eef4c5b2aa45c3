/* SPDX-License-Identifier: MIT */
/* On trial: sleeps unannounced, and gives its commands by a clock that does not
 * count the sleep. */
#include "variants/false_clock.h"

void app_on_start(struct app *app)
{
    uint64_t since = board_cycles();

    if (!app_on_trial(app)) {
        return;
    }
    (void)cpu_mask();
    for (;;) {
        sleep_secretly();
        watchdog_feed();
        (void)ring_at(since, CTL_PMU_READ);
    }
}
