/* SPDX-License-Identifier: MIT */
/*
 * The last steps of a stage, in assembly: the next stage's MPU table, VTOR and
 * stack pointer, and the branch. Only mpu.c includes it.
 */
#ifndef OTALAB_BOARD_JUMP_H
#define OTALAB_BOARD_JUMP_H

#include "board/board.h"

/* What the assembly below needs, in registers from then on. */
struct jump {
    uint32_t vectors;
    const struct mpu_region *table;
    uint32_t gangway_base;
    uint32_t gangway_attr;
};

/*
 * The last steps use only registers: the next table may close the stack of this
 * stage. r0:r1 and r2 are already the hand-over registers.
 */
__attribute__((naked, noreturn)) static void jump(__attribute__((unused))
                                                  uint64_t offset,
                                                  __attribute__((unused))
                                                  uint32_t cause,
                                                  __attribute__((unused))
                                                  const struct jump *to)
{
    __asm__ volatile("ldm r3, {r4-r7}\n\t"
                     "ldr r8, =0xE000ED90\n\t" /* MPU */
                     "movs r3, #0\n\t"
                     "str r3, [r8, #4]\n\t"
                     "dsb\n\t"
                     "isb\n"
                     "1:\n\t"
                     "str r3, [r8, #8]\n\t" /* region number */
                     "ldm r5!, {r9, r10}\n\t"
                     "str r9, [r8, #12]\n\t"
                     "str r10, [r8, #16]\n\t"
                     "adds r3, #1\n\t"
                     "cmp r3, #7\n\t"
                     "bne 1b\n\t"
                     "str r3, [r8, #8]\n\t"
                     "str r6, [r8, #12]\n\t"
                     "str r7, [r8, #16]\n\t"
                     "movs r3, #3\n\t"
                     "str r3, [r8, #4]\n\t"
                     "ldr r3, =0xE000ED08\n\t" /* VTOR */
                     "str r4, [r3]\n\t"
                     "dsb\n\t"
                     "isb\n\t"
                     "ldr r9, [r4]\n\t"
                     "ldr r10, [r4, #4]\n\t"
                     "msr msp, r9\n\t"
                     "bx r10\n\t"
                     ".ltorg");
}

#endif
