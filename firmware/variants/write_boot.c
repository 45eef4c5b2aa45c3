/* SPDX-License-Identifier: MIT */
/* Erases both copies of the bootloader at start. */
#include "variants/misdeed.h"

void app_on_start(struct app *app)
{
    misdeed_erase(app, &app->map.parts[MAP_BOOT_A]);
    misdeed_erase(app, &app->map.parts[MAP_BOOT_B]);
}
