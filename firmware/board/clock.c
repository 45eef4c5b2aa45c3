/* SPDX-License-Identifier: MIT */
/*
 * TIMER0 counts cycles down from 2^32 - 1 and wraps every 171.8 s. The first to
 * see a wrap, a reader or the timer's interrupt, counts it. So the clock is
 * right as long as it is read, or interrupts are unmasked, once in 171 s. A
 * sleep stops the core's clock and TIMER0 with it; the controller says how long
 * the sleep was, which is added to the offset.
 *
 *   cycles since reset = clock_offset + what TIMER0 has counted
 */
#include "board/board.h"

#include "board/cpu.h"
#include "board/state.h"

#define WRAP (UINT64_C(1) << 32)

static uint64_t clock_offset;
static uint32_t clock_seen; /* what TIMER0 had counted at the last read */

static uint32_t clock_count(void)
{
    return ~TIMER0->value;
}

/* The flag is set in the last cycle before the wrap: wait for that to pass. */
static uint32_t clock_count_wrap(void)
{
    uint32_t count;

    do {
        count = clock_count();
    } while (count == UINT32_MAX);
    TIMER0->interrupt = 1;
    NVIC_UNPEND = 1u << TIMER0_IRQ;
    clock_offset += WRAP;
    return count;
}

void clock_resume(uint64_t offset)
{
    clock_offset = offset;
    clock_seen = TIMER0->interrupt != 0 ? clock_count_wrap() : clock_count();
}

/* Called with interrupts masked. */
static uint64_t clock_read(void)
{
    uint32_t count = clock_count();

    clock_seen = count < clock_seen ? clock_count_wrap() : count;
    return clock_offset + clock_seen;
}

uint64_t clock_hand_over(void)
{
    (void)clock_read();
    return clock_offset;
}

uint64_t board_cycles(void)
{
    uint32_t before = cpu_mask();
    uint64_t now = clock_read();

    cpu_unmask(before);
    return now;
}

/* A reader that comes first cancels the interrupt. */
void clock_wrapped(void)
{
    clock_seen = clock_count_wrap();
}

static void sleep_until(uint64_t until, enum ctl_sleep ends)
{
    uint32_t args[3] = {(uint32_t)until, (uint32_t)(until >> 32), ends};
    uint32_t before = cpu_mask();

    if (ctl_command(CTL_SYS_SLEEP, args, 3) != CTL_OK) {
        board_panic(__LINE__, CTL_SYS_SLEEP);
    }
    clock_offset += ctl_result64(0) - ctl_time();
    cpu_unmask(before);
}

void board_sleep_until(uint64_t until)
{
    sleep_until(until, CTL_SLEEP_NEWS);
}

void board_wait_until(uint64_t until)
{
    sleep_until(until, CTL_SLEEP_DEAF);
}
