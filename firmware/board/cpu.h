/* SPDX-License-Identifier: MIT */
/*
 * The core's own registers and the peripherals that only the board code
 * touches: NVIC, SCB, MPU, CMSDK timers and watchdog. Addresses from the Arm
 * v7-M architecture manual and the MPS2 AN386 application note. Nothing here
 * can fail; programs include board.h instead.
 */
#ifndef OTALAB_BOARD_CPU_H
#define OTALAB_BOARD_CPU_H

#include <stdint.h>

#define REG32(address) (*(volatile uint32_t *)(address))

#define NVIC_ENABLE REG32(0xE000E100u)
#define NVIC_UNPEND REG32(0xE000E280u)
#define SCB_VTOR REG32(0xE000ED08u)
#define SCB_AIRCR REG32(0xE000ED0Cu)
#define SCB_SHCSR REG32(0xE000ED24u)
#define SCB_CFSR REG32(0xE000ED28u)
#define MPU_CTRL REG32(0xE000ED94u)
#define MPU_NUMBER REG32(0xE000ED98u)
#define MPU_BASE REG32(0xE000ED9Cu)
#define MPU_ATTR REG32(0xE000EDA0u)

#define AIRCR_SYSRESETREQ 0x05FA0004u
#define SHCSR_FAULTS 0x00070000u /* MemManage, BusFault, UsageFault on */
#define MPU_CTRL_ENABLE 1u       /* without a background map, off in faults */
#define MPU_CTRL_FAULTS 2u       /* on in HardFault and NMI too */

struct cmsdk_timer {
    uint32_t ctrl;
    uint32_t value;
    uint32_t reload;
    uint32_t interrupt; /* reads: status; writes of 1: clear */
};
#define TIMER0 ((volatile struct cmsdk_timer *)0x40000000u)
#define TIMER1 ((volatile struct cmsdk_timer *)0x40001000u)
#define TIMER_ENABLE 0x1u
#define TIMER_INTERRUPT 0x8u
#define TIMER0_IRQ 8u
#define TIMER1_IRQ 9u
#define BOARD_IRQS 32u

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

#endif
