/* SPDX-License-Identifier: MIT */
/*
 * For variants that lie about the time: on trial, work, feed the watchdog and
 * give commands for ever, at the times of a false clock. A board that believed
 * it would never see the deadline.
 */
#ifndef OTALAB_VARIANTS_FALSE_CLOCK_H
#define OTALAB_VARIANTS_FALSE_CLOCK_H

#include "app/behaviour.h"
#include "board/cpu.h"

/* Ring without the driver, which would give the true time. Returns STATUS. */
static inline uint32_t ring_at(uint64_t cycles, uint32_t command)
{
    volatile struct ctl_page *page = CTL_PAGE;

    page->time_lo = (uint32_t)cycles;
    page->time_hi = (uint32_t)(cycles >> 32);
    __asm__ volatile("str.w %0, [%1, #0xFC]"
                     :
                     : "r"(command), "r"(CTL_BASE)
                     : "memory");
    return page->status;
}

/* Sleep ten milliseconds on a timer of its own, unannounced. */
static inline void sleep_secretly(void)
{
    NVIC_ENABLE = 1u << TIMER1_IRQ;
    TIMER1->ctrl = 0;
    TIMER1->reload = 0;
    TIMER1->value = 10u * BOARD_CYCLES_PER_MS;
    TIMER1->ctrl = TIMER_ENABLE | TIMER_INTERRUPT;
    cpu_wait();
    TIMER1->interrupt = 1;
    NVIC_UNPEND = 1u << TIMER1_IRQ;
}

/* The time that the device claims, when it is `now` and it started at
 * `since`. */
typedef uint64_t false_clock_fn(uint64_t since, uint64_t now);

static inline void live_by(const struct app *app, false_clock_fn *clock)
{
    uint64_t since = board_cycles();

    if (!app_on_trial(app)) {
        return;
    }
    (void)cpu_mask();
    for (;;) {
        for (volatile uint32_t i = 0; i < 10000u; i++) {
        }
        watchdog_feed();
        (void)ring_at(clock(since, board_cycles()), CTL_PMU_READ);
    }
}

#endif
