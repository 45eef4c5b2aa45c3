/* SPDX-License-Identifier: MIT */
/*
 * Changes the devicetree in ROM, from which every later boot would read the
 * number of attempts and the place of each partition, and resets.
 */
#include "variants/misdeed.h"
#include "variants/rom_search.h"

#define BEHIND_HEADER 0x40u

void app_on_start(struct app *app)
{
    (void)app;
    protection_off();
    REG32(BOARD_DTB_BASE + BEHIND_HEADER) ^= 1u;
    board_reset(CTL_REASON_REQUEST);
}
