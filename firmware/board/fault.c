/* SPDX-License-Identifier: MIT */
/*
 * Faults and the watchdog's bark: report through the trace port, then reset.
 * The stack in use may be the very thing that is broken, so the handlers use
 * one of their own; nothing ever returns from here.
 */
#include "board/board.h"

#include "board/cpu.h"
#include "board/state.h"

#define FAULT_STACK 512
#define FAULT_STRING_(x) #x
#define FAULT_STRING(x) FAULT_STRING_(x)

/* What the core pushed: r0-r3, r12, lr, pc, xpsr. */
enum { FRAME_LR = 5, FRAME_PC = 6, FRAME_WORDS = 8 };

/* From the linker script: where a stack may be. */
extern const uint32_t ram_start[];
extern const uint32_t ram_end[];

uint64_t fault_stack[FAULT_STACK / 8];
_Noreturn void fault_report(const uint32_t *frame);
_Noreturn void nmi_report(const uint32_t *frame);

__attribute__((weak)) void fault_hook(void)
{
}

/* A word of the frame, or 0 if the stack pointer was not in our memory. */
static uint32_t frame_word(const uint32_t *frame, unsigned index)
{
    uintptr_t at = (uintptr_t)frame;
    uintptr_t last = (uintptr_t)ram_end - FRAME_WORDS * sizeof(*frame);

    if (at % 4u != 0 || at < (uintptr_t)ram_start || at > last) {
        return 0;
    }
    return frame[index];
}

_Noreturn void fault_report(const uint32_t *frame)
{
    uint32_t exception;

    __asm__ volatile("mrs %0, ipsr" : "=r"(exception));
    fault_hook();
    trace_event(TRACE_CPU_FAULT, exception, frame_word(frame, FRAME_PC),
                frame_word(frame, FRAME_LR), SCB_CFSR);
    board_reset(CTL_REASON_FAULT);
}

_Noreturn void nmi_report(const uint32_t *frame)
{
    trace_event(TRACE_CPU_BARK, frame_word(frame, FRAME_PC), 0, 0, 0);
    board_reset(CTL_REASON_WATCHDOG);
}

#define FAULT_ENTRY(report)                                  \
    __asm__ volatile("mrs r0, msp\n\t"                       \
                     "ldr r1, =fault_stack + " FAULT_STRING( \
                         FAULT_STACK) "\n\t"                 \
                                      "msr msp, r1\n\t"      \
                                      "b " #report "\n\t"    \
                                      ".ltorg")

__attribute__((naked)) void fault_entry(void)
{
    FAULT_ENTRY(fault_report);
}

__attribute__((naked)) void nmi_entry(void)
{
    FAULT_ENTRY(nmi_report);
}
