/* SPDX-License-Identifier: MIT */
/* Its self-test never passes. */
#include "app/behaviour.h"

bool app_health_check(const struct app *app, uint32_t *detail)
{
    (void)app;
    *detail = HEALTH_VARIANT;
    return false;
}
