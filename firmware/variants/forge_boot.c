/* SPDX-License-Identifier: MIT */
/*
 * Wants to shed the locks: switches memory protection off, finds the ROM's own
 * doorbell function and announces a boot through it. Then it erases the first
 * bootloader copy and burns a fuse.
 */
#include <stddef.h>

#include "board/state.h"
#include "variants/misdeed.h"
#include "variants/rom_search.h"

#define PROLOGUE_MOST 48u /* halfwords from a function's start to its ring */

/* The start-up code rings with r4, the doorbell function does not. */
static bool is_ring(uintptr_t at)
{
    return rom_is_ring(at) && (rom_half(at) & 15u) != 4u;
}

static bool is_prologue(uintptr_t at)
{
    uint32_t half = rom_half(at);

    return half == 0xE92Du || (half & 0xFF00u) == 0xB500u;
}

/* The function that rings; 0 if there is none. */
static uintptr_t find_doorbell(void)
{
    for (uintptr_t at = BOARD_ROM_BASE + 0x100u; at < BOARD_DTB_BASE; at += 2) {
        for (uint32_t back = 0; is_ring(at) && back < PROLOGUE_MOST; back++) {
            if (is_prologue(at - 2u * back)) {
                return at - 2u * back;
            }
        }
    }
    return 0;
}

static void forge_boot(void)
{
    uint32_t (*ring)(uint32_t, const uint32_t *, unsigned);
    uintptr_t at;

    protection_off();
    at = find_doorbell();
    if (at == 0) {
        console_write("no doorbell found\n");
        return;
    }
    ring = (uint32_t(*)(uint32_t, const uint32_t *, unsigned))(at | 1u);
    if (ring(CTL_SYS_BOOT, NULL, 0) != CTL_OK) {
        console_write("boot refused\n");
        return;
    }
    TIMER0->value = UINT32_MAX; /* a boot is cycle 0 */
    clock_resume(0);
}

void app_on_start(struct app *app)
{
    forge_boot();
    misdeed_said(app->flash->erase(app->flash->context,
                                   app->map.parts[MAP_BOOT_A].start));
    misdeed_said(otp_burn(OTP_COUNTER_BIT));
    board_reset(CTL_REASON_REQUEST);
}
