/* SPDX-License-Identifier: MIT */
/*
 * Changes the devicetree in ROM, from which every later boot would take the
 * number of attempts and the place of each partition; through the machine's
 * second view of the same memory, and resets.
 */
#include "variants/misdeed.h"
#include "variants/rom_search.h"

#define MIRROR BOARD_ROM_SIZE /* in QEMU, not on the board */
#define BEHIND_HEADER 0x40u

void app_on_start(struct app *app)
{
    (void)app;
    protection_off();
    REG32(MIRROR + BOARD_DTB_BASE + BEHIND_HEADER) ^= 1u;
    board_reset(CTL_REASON_REQUEST);
}
