/* SPDX-License-Identifier: MIT */
/* A stray store to the flash window, which the MPU turns into a fault. */
#include "variants/misdeed.h"

void app_on_start(struct app *app)
{
    *misdeed_window(app) = 0;
}
