/* SPDX-License-Identifier: MIT */
/* Reports that nothing can run and halts, with the watchdog off. On trial only
 * the deadline is left, which halting does not stop. */
#include "app/behaviour.h"

void app_on_start(struct app *app)
{
    (void)app;
    board_halt();
}
