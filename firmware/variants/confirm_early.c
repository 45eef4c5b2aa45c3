/* SPDX-License-Identifier: MIT */
/* Asks for confirmation before its self-test, which then fails. */
#include "app/behaviour.h"

void app_on_start(struct app *app)
{
    if (app_on_trial(app)) {
        (void)app_confirm(app);
    }
}

bool app_health_check(const struct app *app, uint32_t *detail)
{
    (void)app;
    *detail = HEALTH_VARIANT;
    return false;
}
