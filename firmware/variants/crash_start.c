/* SPDX-License-Identifier: MIT */
/* Faults before it has done anything. */
#include "app/behaviour.h"
#include "board/cpu.h"

void app_on_start(struct app *app)
{
    (void)app;
    cpu_undefined(1);
}
