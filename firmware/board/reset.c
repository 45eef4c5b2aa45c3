/* SPDX-License-Identifier: MIT */
/* The ways out of a program. */
#include "board/board.h"

#include "board/cpu.h"
#include "board/state.h"

#include <stddef.h>

static uint32_t reset_cause;

void reset_cause_set(uint32_t cause)
{
    reset_cause = cause;
}

enum ctl_reset_cause board_reset_cause(void)
{
    return (enum ctl_reset_cause)reset_cause;
}

_Noreturn void board_reset_now(void)
{
    (void)cpu_mask();
    SCB_AIRCR = AIRCR_SYSRESETREQ;
    cpu_barrier();
    for (;;) {
    }
}

_Noreturn void board_reset(enum ctl_reset_reason reason)
{
    uint32_t arg = reason;

    /* Whatever it answers, there is no way back. */
    (void)ctl_command(CTL_SYS_RESET, &arg, 1);
    board_reset_now();
}

_Noreturn void board_panic(uint32_t line, uint32_t module)
{
    trace_event(TRACE_CPU_PANIC, line, module, 0, 0);
    board_reset(CTL_REASON_PANIC);
}

_Noreturn void board_halt(void)
{
    /* Only a reset answers it. */
    (void)ctl_command(CTL_SYS_HALT, NULL, 0);
    board_panic(__LINE__, CTL_SYS_HALT);
}

uint32_t trial_deadline(uint32_t ms)
{
    return ctl_command(CTL_SYS_DEADLINE, &ms, 1);
}
