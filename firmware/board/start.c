/* SPDX-License-Identifier: MIT */
/* The part of start-up that all stages share. */
#include "board/board.h"

#include "board/cpu.h"
#include "board/state.h"

static enum board_stage stage_of(uintptr_t vectors)
{
    if (vectors - BOARD_ROM_BASE < BOARD_ROM_SIZE) {
        return BOARD_STAGE_ROM;
    }
    return vectors < BOARD_BOOT_BASE ? BOARD_STAGE_APP : BOARD_STAGE_BOOT;
}

_Noreturn void board_start(uint64_t offset, uint32_t cause, const void *vectors)
{
    clock_resume(offset);
    reset_cause_set(cause);
    SCB_VTOR = (uint32_t)(uintptr_t)vectors;
    mpu_setup(mpu_table(stage_of((uintptr_t)vectors)));
    SCB_SHCSR = SHCSR_FAULTS;
    NVIC_ENABLE = 1u << TIMER0_IRQ;
    cpu_unmask(0);
    board_panic((uint32_t)main(), __LINE__);
}
