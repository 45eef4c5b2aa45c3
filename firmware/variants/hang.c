/* SPDX-License-Identifier: MIT */
/* Hangs at start with interrupts off: only the watchdog helps. */
#include "app/behaviour.h"
#include "board/cpu.h"
#include "board/spin.h"

void app_on_start(struct app *app)
{
    (void)app;
    (void)cpu_mask();
    spin_for_ever();
}
