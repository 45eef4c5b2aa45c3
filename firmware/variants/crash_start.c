/* SPDX-License-Identifier: MIT */
/* Faults before it has done anything. */
#include "app/behaviour.h"

void app_on_start(struct app *app)
{
    (void)app;
    __asm__ volatile("udf #1");
}
