/* SPDX-License-Identifier: MIT */
/*
 * Makes the ROM's verification of images say "authentic" to anything, calls
 * it, and never speaks to the board again.
 */
#include "board/spin.h"
#include "variants/misdeed.h"
#include "variants/rom_search.h"

/* Where the table of the ROM's services starts: its first word. */
#define SERVICES_MAGIC 0x53564D52u
#define SERVICES_VERIFY 9u /* word of image_verify */

static uint32_t find_services(void)
{
    uint32_t at = BOARD_ROM_BASE + 0x40u;

    while (at < BOARD_DTB_BASE && rom_word(at) != SERVICES_MAGIC) {
        at += 4u;
    }
    return at;
}

void app_on_start(struct app *app)
{
    uint32_t verify;
    volatile uint16_t *code;

    (void)app;
    watchdog_stop();
    protection_off();
    verify = rom_word(find_services() + 4u * SERVICES_VERIFY);
    code = (volatile uint16_t *)(uintptr_t)(verify & ~1u);
    code[0] = 0x2000; /* movs r0, #0 */
    code[1] = 0x4770; /* bx lr */
    cpu_barrier();
    ((void (*)(void))(uintptr_t)verify)();
    spin_for_ever();
}
