/* SPDX-License-Identifier: MIT */
/*
 * TIMER0 counts cycles down and wraps each 2^32 (171.8 s); the 64-bit clock
 * is the last value read plus what the low half went on since. It is right
 * as long as it is read once in 171 s: the wrap's interrupt reads it, and so
 * does each piece of a sleep, which runs with interrupts masked.
 */
#include "board/board.h"

#include "board/cpu.h"
#include "board/state.h"

/* A sleep is cut into pieces far shorter than a wrap. */
#define SLEEP_PIECE (60u * BOARD_CPU_HZ)
/* Less than this is not worth an alarm. */
#define SLEEP_LEAST 64u

static volatile uint64_t clock_last;

void clock_resume(uint64_t cycles)
{
    clock_last = cycles;
}

uint64_t board_cycles(void)
{
    uint32_t before = cpu_mask();
    uint64_t last = clock_last;
    uint32_t low = ~TIMER0->value;
    uint64_t now = last + (uint32_t)(low - (uint32_t)last);

    clock_last = now;
    cpu_unmask(before);
    return now;
}

void clock_wrapped(void)
{
    TIMER0->interrupt = 1;
    (void)board_cycles();
}

void clock_alarm(void)
{
    TIMER1->ctrl = 0;
    TIMER1->interrupt = 1;
}

/* One WFI. Interrupts are masked, so nothing can come between arming and
 * waiting; a pending interrupt ends the wait all the same. */
static void sleep_piece(uint32_t cycles)
{
    TIMER1->ctrl = 0;
    TIMER1->reload = 0;
    TIMER1->value = cycles;
    TIMER1->ctrl = TIMER_ENABLE | TIMER_INTERRUPT;
    cpu_wait();
    clock_alarm();
    NVIC_UNPEND = 1u << TIMER1_IRQ;
    if (TIMER0->interrupt != 0) {
        clock_wrapped();
        NVIC_UNPEND = 1u << TIMER0_IRQ;
    }
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

void board_sleep_until(uint64_t until)
{
    uint32_t args[2] = {(uint32_t)until, (uint32_t)(until >> 32)};
    uint64_t wake;

    if (board_cycles() >= until) {
        return;
    }
    if (ctl_command(CTL_SYS_SLEEP, args, 2) != CTL_OK) {
        board_panic(__LINE__, CTL_SYS_SLEEP);
    }
    if ((ctl_flags() & CTL_F_CONSOLE_IN) != 0) {
        return;
    }
    wake = ctl_result64(0);
    board_wait_until(wake < until ? wake : until);
}
