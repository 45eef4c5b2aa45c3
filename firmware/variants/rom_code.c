/* SPDX-License-Identifier: MIT */
/*
 * Switches memory protection off, stores code in an unused part of the ROM's
 * range, and runs it: unsigned bytes at an address that looks like the ROM's.
 */
#include "variants/misdeed.h"
#include "variants/rom_search.h"

#define PLACE (BOARD_ROM_BASE + 0x000C0000u)

void app_on_start(struct app *app)
{
    volatile uint16_t *code = (volatile uint16_t *)PLACE;
    uint32_t (*answer)(void) = (uint32_t(*)(void))(PLACE | 1u);

    (void)app;
    protection_off();
    code[0] = 0x202A; /* movs r0, #42 */
    code[1] = 0x4770; /* bx lr */
    cpu_barrier();
    if (answer() == 42u) {
        console_write("unsigned code ran in ROM\n");
    }
}
