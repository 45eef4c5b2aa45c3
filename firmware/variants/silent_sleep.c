/* SPDX-License-Identifier: MIT */
/* On trial: sleeps unannounced, feeds the watchdog, and never gives a command
 * again. */
#include "variants/false_clock.h"

void app_on_start(struct app *app)
{
    if (!app_on_trial(app)) {
        return;
    }
    (void)cpu_mask();
    for (;;) {
        sleep_secretly();
        watchdog_feed();
    }
}
