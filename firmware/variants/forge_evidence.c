/* SPDX-License-Identifier: MIT */
/*
 * On trial: rings SYS_BOOT itself, twice and more, with guesses where the board
 * may keep its evidence of a reset: all over the reserved parts of the
 * controller's page. Then it tries what the locks forbid.
 */
#include "board/state.h"
#include "variants/misdeed.h"
#include "variants/rom_search.h"

#define GUESSES 64u

static void guess(uint32_t value)
{
    volatile uint32_t *page = (volatile uint32_t *)CTL_BASE;

    for (uint32_t at = offsetof(struct ctl_page, reserved3) / 4u;
         at < CTL_SIZE / 4u; at++) {
        page[at] = value;
    }
}

/* Which guess was accepted, or GUESSES. */
static uint32_t forge(void)
{
    for (uint32_t i = 0; i < GUESSES; i++) {
        guess(i * 2654435761u);
        if (ctl_command(CTL_SYS_BOOT, NULL, 0) == CTL_OK) {
            return i;
        }
    }
    return GUESSES;
}

void app_on_start(struct app *app)
{
    if (!app_on_trial(app)) {
        return;
    }
    if (forge() == GUESSES) {
        console_write("boot refused\n");
    }
    misdeed_erase(app, misdeed_fallback(app));
    misdeed_said(otp_burn(OTP_COUNTER_BIT));
    board_reset(CTL_REASON_REQUEST);
}
