/* SPDX-License-Identifier: MIT */
/* Works and feeds the watchdog, but never asks for confirmation. */
#include "app/behaviour.h"

void app_on_trial_passed(struct app *app)
{
    for (;;) {
        app_pause(app, 1000);
    }
}
