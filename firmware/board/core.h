/* SPDX-License-Identifier: MIT */
/*
 * What the drivers need of the core itself: its registers' addresses, its
 * instructions, and the doorbell's store. Everything else in a driver is plain
 * C. firmware/native has such a header, too, for programs that run as a part of
 * the simulator.
 */
#ifndef OTALAB_BOARD_CORE_H
#define OTALAB_BOARD_CORE_H

#include <stdint.h>

#include "board/registers.h"

#define REG32(address) (*(volatile uint32_t *)(address))

/* Mask interrupts. Pass the result to cpu_unmask() to restore their state. */
static inline uint32_t cpu_mask(void)
{
    uint32_t before;

    __asm__ volatile("mrs %0, primask\n\tcpsid i" : "=r"(before) : : "memory");
    return before;
}

static inline void cpu_unmask(uint32_t before)
{
    __asm__ volatile("msr primask, %0" : : "r"(before) : "memory");
}

/* Wakes on any pending interrupt, even a masked one. */
static inline void cpu_wait(void)
{
    __asm__ volatile("dsb\n\twfi\n\tisb" : : : "memory");
}

static inline void cpu_barrier(void)
{
    __asm__ volatile("dsb\n\tisb" : : : "memory");
}

/* Raises a UsageFault. `number` is a constant of the instruction. */
#define cpu_undefined(number) __asm__ volatile("udf #" #number)

/* Ring the doorbell. The simulator looks for exactly this encoding
 * (registers.h). */
static inline void cpu_ring(uint32_t command)
{
    __asm__ volatile("str.w %0, [%1, #0xFC]"
                     :
                     : "r"(command), "r"(CTL_BASE)
                     : "memory");
}

#endif
