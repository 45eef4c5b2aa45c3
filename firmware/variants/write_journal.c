/* SPDX-License-Identifier: MIT */
/* Erases the boot journal at start. */
#include "variants/misdeed.h"

void app_on_start(struct app *app)
{
    misdeed_erase(app, &app->map.parts[MAP_JOURNAL]);
}
