/* SPDX-License-Identifier: MIT */
/* Says that nothing can run and halts, watchdog off: on trial the deadline is
 * left, which halting does not stop. */
#include "app/behaviour.h"

void app_on_start(struct app *app)
{
    (void)app;
    board_halt();
}
