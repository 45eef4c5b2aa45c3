/* SPDX-License-Identifier: MIT */
/* Faults, and its fault handler faults as well: the core locks up. */
#include "app/behaviour.h"
#include "board/cpu.h"
#include "board/state.h"

void fault_hook(void)
{
    cpu_undefined(3);
}

void app_on_start(struct app *app)
{
    (void)app;
    cpu_undefined(2);
}
