/* SPDX-License-Identifier: MIT */
/* Switches the watchdog off and hangs: only the trial deadline is left. */
#include "app/behaviour.h"
#include "board/spin.h"

void app_on_start(struct app *app)
{
    (void)app;
    watchdog_stop();
    spin_for_ever();
}
