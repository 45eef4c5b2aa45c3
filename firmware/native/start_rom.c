/* SPDX-License-Identifier: MIT */
/* Start-up of the ROM stage: what firmware/board/start_rom.c does in assembly.
 * Its own RAM is not in the window, and the machine clears it. */
#include <string.h>

#include "board/cpu.h"
#include "board/state.h"
#include "native/native.h"

void native_start(uint64_t offset, uint32_t cause, uint32_t vectors)
{
    (void)offset;
    (void)cause;
    TIMER0->reload = UINT32_MAX;
    TIMER0->value = UINT32_MAX;
    TIMER0->ctrl = TIMER_ENABLE | TIMER_INTERRUPT;
    CTL_PAGE->time_lo = 0;
    CTL_PAGE->time_hi = 0;
    cpu_ring(CTL_SYS_BOOT);
    if (CTL_PAGE->status != CTL_OK) {
        board_reset_now();
    }
    cause = CTL_PAGE->result[0];
    memset((void *)BOARD_SRAM_BASE, 0, BOARD_SRAM_SIZE);
    board_start(0, cause, (const void *)(uintptr_t)vectors);
}
