/* SPDX-License-Identifier: MIT */
/* A stray store into the flash window: the MPU makes a fault of it. */
#include "variants/misdeed.h"

void app_on_start(struct app *app)
{
    *misdeed_window(app) = 0;
}
