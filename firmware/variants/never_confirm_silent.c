/* SPDX-License-Identifier: MIT */
/* Feeds the watchdog for ever and never rings the doorbell; awake all the
 * time, for a sleep would have to be announced. */
#include "app/behaviour.h"

#define FEED_LOOPS 4000000u /* far below the watchdog's period */

void app_on_trial_passed(struct app *app)
{
    (void)app;
    for (;;) {
        watchdog_feed();
        for (uint32_t i = 0; i < FEED_LOOPS; i++) {
            __asm__ volatile("");
        }
    }
}
