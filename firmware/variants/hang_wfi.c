/* SPDX-License-Identifier: MIT */
/* Goes to sleep for ever with every timer off, the watchdog too: only the
 * trial deadline, which no program can stop, is left. */
#include "app/behaviour.h"
#include "board/cpu.h"

void app_on_start(struct app *app)
{
    (void)app;
    (void)cpu_mask();
    watchdog_stop();
    TIMER0->ctrl = 0;
    TIMER1->ctrl = 0;
    for (;;) {
        cpu_wait();
    }
}
