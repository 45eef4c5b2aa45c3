/* SPDX-License-Identifier: MIT */
/* Programs zeros over the header of the other slot at start. */
#include "variants/misdeed.h"

void app_on_start(struct app *app)
{
    misdeed_write(app, misdeed_fallback(app));
}
