/* SPDX-License-Identifier: MIT */
/*
 * TIMER0 counts cycles down from 2^32 - 1 and wraps each 171.8 s; the timer's
 * interrupt flag says that it has, and whoever sees it first, a reader or the
 * interrupt, counts the wrap and clears it. So the clock is right as long as
 * it is read, or interrupts are let through, once in 171 s: sleeps run with
 * interrupts masked, in pieces far shorter than that.
 */
#include "board/board.h"

#include "board/cpu.h"
#include "board/state.h"

/* A sleep is cut into pieces far shorter than a wrap. */
#define SLEEP_PIECE (60u * BOARD_CPU_HZ)
/* Less than this is not worth an alarm. */
#define SLEEP_LEAST 64u

static volatile uint32_t clock_wraps;

void clock_resume(uint64_t cycles)
{
    clock_wraps = (uint32_t)(cycles >> 32);
}

/* Interrupts are masked. The flag comes up when the count is 0, which is the
 * last cycle before the wrap: wait for it. Returns the low half. */
static uint32_t clock_count_wrap(void)
{
    uint32_t low;

    do {
        low = ~TIMER0->value;
    } while (low == UINT32_MAX);
    TIMER0->interrupt = 1;
    NVIC_UNPEND = 1u << TIMER0_IRQ;
    clock_wraps++;
    return low;
}

uint64_t board_cycles(void)
{
    uint32_t before = cpu_mask();
    uint32_t low = ~TIMER0->value;
    uint64_t now;

    if (TIMER0->interrupt != 0) {
        low = clock_count_wrap();
    }
    now = (uint64_t)clock_wraps << 32 | low;
    cpu_unmask(before);
    return now;
}

void clock_wrapped(void)
{
    (void)board_cycles();
}

void clock_alarm(void)
{
    TIMER1->ctrl = 0;
    TIMER1->interrupt = 1;
}

/*
 * One WFI. Interrupts are masked, so nothing can come between arming and
 * waiting; a pending interrupt ends the wait all the same. The alarm has no
 * reload value: a QEMU that skips idle time moves on to the next expiry when
 * a timer reloads itself, before its interrupt is seen, so a periodic one
 * would wake the core a period late.
 */
static void sleep_piece(uint32_t cycles)
{
    TIMER1->ctrl = 0;
    TIMER1->reload = 0;
    TIMER1->value = cycles;
    TIMER1->ctrl = TIMER_ENABLE | TIMER_INTERRUPT;
    cpu_wait();
    clock_alarm();
    NVIC_UNPEND = 1u << TIMER1_IRQ;
}

void board_wait_until(uint64_t until)
{
    uint32_t before = cpu_mask();

    for (uint64_t now = board_cycles(); now < until; now = board_cycles()) {
        uint64_t left = until - now;

        if (left > SLEEP_LEAST) {
            sleep_piece(left < SLEEP_PIECE ? (uint32_t)left : SLEEP_PIECE);
        }
    }
    cpu_unmask(before);
}

static void sleep_until(uint64_t until, enum ctl_sleep ends)
{
    uint32_t args[3] = {(uint32_t)until, (uint32_t)(until >> 32), ends};
    uint64_t wake;

    if (board_cycles() >= until) {
        return;
    }
    if (ctl_command(CTL_SYS_SLEEP, args, 3) != CTL_OK) {
        board_panic(__LINE__, CTL_SYS_SLEEP);
    }
    /* The world is there already: our clock has to follow, whatever waits. */
    wake = ctl_result64(0);
    board_wait_until(wake < until ? wake : until);
}

void board_sleep_until(uint64_t until)
{
    sleep_until(until, CTL_SLEEP_NEWS);
}

void board_pause(uint32_t seconds)
{
    for (uint32_t i = 0; i < seconds; i++) {
        watchdog_feed();
        sleep_until(board_cycles() + BOARD_CPU_HZ, CTL_SLEEP_DEAF);
    }
}
