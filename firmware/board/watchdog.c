/* SPDX-License-Identifier: MIT */
/*
 * The CMSDK watchdog, clocked with the core. It counts down from LOAD, raises
 * the NMI at 0, counts again and resets at the second 0. Its write lock keeps
 * stray stores out, nothing more.
 */
#include "board/board.h"

#include "board/cpu.h"

#define WDOG 0x40008000u
#define WDOG_LOAD REG32(WDOG + 0x000u)
#define WDOG_CONTROL REG32(WDOG + 0x008u)
#define WDOG_CLEAR REG32(WDOG + 0x00Cu)
#define WDOG_LOCK REG32(WDOG + 0xC00u)
#define WDOG_UNLOCK_KEY 0x1ACCE551u
#define WDOG_INTEN 1u
#define WDOG_RESEN 2u
#define WDOG_LONGEST_MS (UINT32_MAX / BOARD_CYCLES_PER_MS)

void watchdog_start(uint32_t ms)
{
    uint32_t period = ms < WDOG_LONGEST_MS ? ms : WDOG_LONGEST_MS;

    WDOG_LOCK = WDOG_UNLOCK_KEY;
    WDOG_LOAD = period * BOARD_CYCLES_PER_MS;
    WDOG_CONTROL = WDOG_INTEN | WDOG_RESEN;
    WDOG_CLEAR = 1;
    WDOG_LOCK = 0;
}

void watchdog_feed(void)
{
    WDOG_LOCK = WDOG_UNLOCK_KEY;
    WDOG_CLEAR = 1;
    WDOG_LOCK = 0;
}

void watchdog_stop(void)
{
    WDOG_LOCK = WDOG_UNLOCK_KEY;
    WDOG_CONTROL = 0;
    WDOG_LOCK = 0;
}
