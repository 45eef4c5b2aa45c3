/* SPDX-License-Identifier: MIT */
/* Faults and the watchdog's bark: firmware/board/fault.c without a core that
 * pushes registers. */
#include "board/board.h"
#include "board/cpu.h"
#include "board/state.h"
#include "native/native.h"

#define USAGE_FAULT 6u /* the exception's number */
#define CFSR_UNDEFINED 0x10000u

__attribute__((weak)) void fault_hook(void)
{
}

_Noreturn void native_fault(void)
{
    static bool handled;

    if (handled) {
        native_lock_up(); /* a fault in its own handler */
    }
    handled = true;
    fault_hook();
    trace_event(TRACE_CPU_FAULT, USAGE_FAULT, 0, 0, CFSR_UNDEFINED);
    board_reset(CTL_REASON_FAULT);
}

_Noreturn void native_bark(void)
{
    trace_event(TRACE_CPU_BARK, 0, 0, 0, 0);
    board_reset(CTL_REASON_WATCHDOG);
}
