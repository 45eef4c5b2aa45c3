/* SPDX-License-Identifier: MIT */
/* Faults, and its fault handler faults as well: the core locks up. */
#include "app/behaviour.h"
#include "board/state.h"

void fault_hook(void)
{
    __asm__ volatile("udf #3");
}

void app_on_start(struct app *app)
{
    (void)app;
    __asm__ volatile("udf #2");
}
