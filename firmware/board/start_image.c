/* SPDX-License-Identifier: MIT */
/*
 * Start-up of everything that runs from SRAM: bootloader, application,
 * recovery. The loader has put code and initialised data in place; only bss is
 * left. The hand-over registers r0-r2 are kept until board_start() takes them.
 */
#include "board/vectors.h"

extern const union vector vectors[VECTOR_COUNT];

/* Weak, so that a variant can replace it with a damaged one. */
__attribute__((weak, used, section(".vectors.default")))
const union vector vectors[VECTOR_COUNT] =
    VECTOR_TABLE(stack_top, reset_handler);

__attribute__((naked)) void reset_handler(void)
{
    __asm__ volatile("cpsid i\n\t"
                     "ldr r3, =stack_top\n\t"
                     "msr msp, r3\n\t"
                     "ldr r4, =bss_start\n\t"
                     "ldr r5, =bss_end\n\t"
                     "movs r3, #0\n"
                     "1:\n\t"
                     "cmp r4, r5\n\t"
                     "beq 2f\n\t"
                     "str r3, [r4], #4\n\t"
                     "b 1b\n"
                     "2:\n\t"
                     "ldr r3, =vectors\n\t"
                     "b board_start\n\t"
                     ".ltorg");
}
