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

#include "board/core.h"

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
#define TIMER0 ((volatile struct cmsdk_timer *)&REG32(0x40000000u))
#define TIMER1 ((volatile struct cmsdk_timer *)&REG32(0x40001000u))
#define TIMER_ENABLE 0x1u
#define TIMER_INTERRUPT 0x8u
#define TIMER0_IRQ 8u
#define TIMER1_IRQ 9u
#define BOARD_IRQS 32u

#endif
