/* SPDX-License-Identifier: MIT */
/* Sleeps for ever with every timer off, the watchdog included: only the trial
 * deadline is left, which no program can stop. */
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
