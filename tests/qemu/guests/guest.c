/* SPDX-License-Identifier: MIT */
/*
 * The guest of the machine tests: a ROM that asks at every boot what to do
 * (CTL_SYS_BOOT: RESULT0 = enum guest_work, RESULT1.. its arguments) and does
 * it. It tells what it saw with GUEST_REPORT.
 */
#include <stdint.h>

#include "board/registers.h"
#include "guest.h"

#define REG(address) (*(volatile uint32_t *)(address))
#define PAGE ((volatile struct ctl_page *)CTL_BASE)

#define SCB_AIRCR REG(0xE000ED0Cu)
#define AIRCR_RESET 0x05FA0004u
#define NVIC_ENABLE REG(0xE000E100u)
#define SYST_CSR REG(0xE000E010u)
#define SYST_RVR REG(0xE000E014u)
#define SYST_CVR REG(0xE000E018u)
#define TIMER0 0x40000000u
#define TIMER1 0x40001000u
#define TIMER_CTRL(base) REG((base) + 0x0u)
#define TIMER_VALUE(base) REG((base) + 0x4u)
#define TIMER_RELOAD(base) REG((base) + 0x8u)
#define TIMER_INTCLR(base) REG((base) + 0xCu)
#define WATCHDOG 0x40008000u

static volatile uint32_t interrupts;
static volatile uint32_t ticks;

void start(void);

static void ring(uint32_t command)
{
    __asm__ volatile("str.w %0, [%1, #0xFC]"
                     :
                     : "r"(command), "r"(CTL_BASE)
                     : "memory");
}

static void report(uint32_t a, uint32_t b, uint32_t c)
{
    PAGE->arg[0] = a;
    PAGE->arg[1] = b;
    PAGE->arg[2] = c;
    ring(GUEST_REPORT);
}

__attribute__((noreturn)) static void reset(void)
{
    SCB_AIRCR = AIRCR_RESET;
    for (;;) {
    }
}

static void start_clock(void)
{
    TIMER_RELOAD(TIMER1) = 0xFFFFFFFFu;
    TIMER_CTRL(TIMER1) = 1;
    NVIC_ENABLE = 1u << 8;
}

/* Cycles since start_clock(). */
static uint32_t clock(void)
{
    return ~TIMER_VALUE(TIMER1);
}

static void on_timer(void)
{
    TIMER_INTCLR(TIMER0) = 1;
    interrupts++;
}

static void on_tick(void)
{
    ticks++;
}

static void on_bark(void)
{
    report(GUEST_BARK, 0, clock());
    for (;;) {
    }
}

/* A fault at HardFault priority: the core locks up. */
static void on_fault(void)
{
    REG(0xFFFFFFF0u) = 0;
}

static void on_nothing(void)
{
    report(GUEST_SURPRISE, 0, 0);
    for (;;) {
    }
}

typedef void vector_fn(void);

__attribute__((section(".vectors"), used)) static vector_fn *const vectors[] = {
    (vector_fn *)(BOARD_ROM_RAM_BASE + BOARD_ROM_RAM_SIZE),
    start,
    on_bark,
    on_fault,
    on_fault,
    on_fault,
    on_fault,
    on_nothing,
    on_nothing,
    on_nothing,
    on_nothing,
    on_nothing,
    on_nothing,
    on_nothing,
    on_nothing,
    on_tick,
    on_nothing,
    on_nothing,
    on_nothing,
    on_nothing,
    on_nothing,
    on_nothing,
    on_nothing,
    on_nothing,
    on_timer, /* interrupt 8: timer 0 */
};

/* Ring `count` times, each time with the answer to the time before. */
static void work_ring(uint32_t count)
{
    uint32_t answer = 0;

    while (count-- > 0) {
        report(count, answer, 0);
        answer = PAGE->result[0];
    }
}

/* Copy a routine of `words` words from flash to SRAM by own stores, run it,
 * tell what it returned. */
static void work_copy(uint32_t words)
{
    volatile uint32_t *to = (volatile uint32_t *)BOARD_SRAM_BASE;
    const volatile uint32_t *from = (const volatile uint32_t *)BOARD_FLASH_BASE;
    uint32_t (*routine)(void) = (uint32_t(*)(void))(BOARD_SRAM_BASE | 1u);

    for (uint32_t i = 0; i < words; i++) {
        to[i] = from[i];
    }
    report(routine(), 0, 0);
}

/* Run what is in SRAM, whoever put it there. */
static void work_run(void)
{
    uint32_t (*routine)(void) = (uint32_t(*)(void))(BOARD_SRAM_BASE | 1u);

    report(routine(), 0, 0);
}

/* The value of a timer by instructions of 32 bits in the middle of a block. */
static uint32_t wide_read(uint32_t base)
{
    uint32_t value;
    uint32_t again;

    __asm__ volatile("ldrd.w %0, %1, [%2, #4]\n\t"
                     "ldr.w %1, [%2, #4]\n\t"
                     "add.w %0, %0, %1"
                     : "=&r"(value), "=&r"(again)
                     : "r"(base));
    return value;
}

/* Periodic interrupts of two timers and register accesses, awake. The clock
 * is reported before and after, with a digest of all readings. */
static void work_time(uint32_t rounds)
{
    uint32_t sum = 0;

    start_clock();
    TIMER_RELOAD(TIMER0) = 3001;
    TIMER_CTRL(TIMER0) = 9;
    SYST_RVR = 1777;
    SYST_CVR = 0;
    SYST_CSR = 7;
    report(0, 0, clock());
    while (interrupts < rounds) {
        sum = sum * 31u + clock();
        sum += interrupts + wide_read(TIMER0);
    }
    report(sum, ticks, clock());
    SYST_CSR = 0;
    TIMER_CTRL(TIMER0) = 0;
}

/* Sleep for so many cycles on a timer that runs once, a few times over. */
static void work_nap(uint32_t cycles)
{
    uint32_t before;

    start_clock();
    for (uint32_t i = 0; i < 5; i++) {
        TIMER_CTRL(TIMER0) = 0;
        TIMER_RELOAD(TIMER0) = 0;
        TIMER_VALUE(TIMER0) = cycles;
        interrupts = 0;
        before = clock();
        TIMER_CTRL(TIMER0) = 9;
        __asm__ volatile("wfi");
        report(interrupts, clock() - before, 0);
    }
}

/* Like a hash: loads, rotates, additions, in blocks of some length. */
static void work_hash(uint32_t rounds)
{
    volatile uint32_t *state = (volatile uint32_t *)BOARD_ROM_RAM_BASE + 256;
    uint32_t a = 1;
    uint32_t b = 2;

    for (uint32_t i = 0; i < rounds; i++) {
        a += (b >> 6 | b << 26) ^ (b >> 11 | b << 21) ^ state[i & 15u];
        b += (a >> 2 | a << 30) ^ (a >> 13 | a << 19) ^ (a & b);
        a ^= (b >> 7 | b << 25) + (a << 3);
        state[i & 15u] = a + i;
    }
    report(a, b, 0);
}

/* Spin until the watchdog barks and bites. */
static void work_watchdog(uint32_t cycles)
{
    start_clock();
    REG(WATCHDOG + 0xC00u) = 0x1ACCE551u;
    REG(WATCHDOG + 0x0u) = cycles;
    REG(WATCHDOG + 0x8u) = 3;
    for (;;) {
    }
}

__attribute__((noreturn)) static void work_spin(void)
{
    for (;;) {
        interrupts++;
    }
}

void start(void)
{
    uint32_t argument;

    interrupts = 0;
    ticks = 0;
    ring(CTL_SYS_BOOT);
    argument = PAGE->result[1];
    switch (PAGE->result[0]) {
    case GUEST_RING:
        work_ring(argument);
        break;
    case GUEST_COPY:
        work_copy(argument);
        break;
    case GUEST_RUN:
        work_run();
        break;
    case GUEST_SPIN:
        work_spin();
    case GUEST_LOCKUP:
        on_fault();
        break;
    case GUEST_SLEEP:
        for (;;) {
            __asm__ volatile("wfi");
        }
    case GUEST_TIME:
        work_time(argument);
        break;
    case GUEST_NAP:
        work_nap(argument);
        break;
    case GUEST_HASH:
        work_hash(argument);
        break;
    case GUEST_POKE:
        REG(argument) = argument;
        report(0, 0, 0);
        report(1, 0, 0);
        break;
    case GUEST_WATCHDOG:
        work_watchdog(argument);
        break;
    default:
        break;
    }
    reset();
}
