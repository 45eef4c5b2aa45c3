/* SPDX-License-Identifier: MIT */
/* Feeds the watchdog for ever and never rings the doorbell. It stays awake,
 * because a sleep would have to be announced. */
#include "app/behaviour.h"
#include "board/spin.h"

#define FEED_INSNS 20000000u /* far below the watchdog's period */

void app_on_trial_passed(struct app *app)
{
    (void)app;
    for (;;) {
        watchdog_feed();
        spin(FEED_INSNS / SPIN_INSNS);
    }
}
