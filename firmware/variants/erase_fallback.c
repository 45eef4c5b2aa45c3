/* SPDX-License-Identifier: MIT */
/* Erases the other slot at start. */
#include "variants/misdeed.h"

void app_on_start(struct app *app)
{
    misdeed_erase(app, misdeed_fallback(app));
}
