/* SPDX-License-Identifier: MIT */
#include "native/cpu.h"

#include <stddef.h>
#include <string.h>

#include "board/registers.h"
#include "native/coroutine.h"
#include "native/native.h"

/* Peripherals and the core's own registers: plain memory but for these. */
#define PERIPHERALS 0x40000000u
#define PERIPHERALS_SIZE 0x10000u
#define CORE 0xE000E000u
#define CORE_SIZE 0x1000u
#define TIMER0_BASE 0x40000000u
#define TIMER0_VALUE 0x40000004u
#define WATCHDOG_LOAD 0x40008000u
#define WATCHDOG_CONTROL 0x40008008u
#define WATCHDOG_CLEAR 0x4000800Cu
#define WATCHDOG_ON 1u
#define AIRCR 0xE000ED0Cu
#define AIRCR_RESET 0x4u

/* A program that polls the clock gets on. */
#define LOOK_INSNS 25u

static struct {
    struct coroutine coroutine;
    const struct program *program;
    uint64_t offset; /* hand-over registers */
    uint32_t cause;
    uint32_t vectors;
    enum cpu_stop stop;
    uint64_t limit;
    uint64_t insns;
    uint64_t reset_insns; /* at the last reset */
    uint64_t fed_insns;   /* of the watchdog */
    uint32_t peripheral[PERIPHERALS_SIZE / 4];
    uint32_t core[CORE_SIZE / 4];
} cpu;

static uint64_t cycles_of(uint64_t insns)
{
    return insns * BOARD_NS_PER_INSN / BOARD_NS_PER_CYCLE;
}

/* The word of a bank of registers, or NULL. */
static uint32_t *word_of(uint32_t *bank, uint32_t size, uint32_t offset)
{
    return offset < size ? &bank[offset / 4] : NULL;
}

static uint32_t *register_at(uint32_t address)
{
    uint32_t *word =
        word_of(cpu.peripheral, PERIPHERALS_SIZE, address - PERIPHERALS);

    word = word != NULL ? word : word_of(cpu.core, CORE_SIZE, address - CORE);
    /* or it is in the controller's page */
    return word != NULL ? word : (uint32_t *)(uintptr_t)address;
}

static void stop(enum cpu_stop why)
{
    cpu.stop = why;
    coroutine_yield(&cpu.coroutine);
}

/* ---- what programs call ---------------------------------------------------- */

volatile uint32_t *native_register(uint32_t address)
{
    if (address == TIMER0_BASE) {
        cpu.insns += LOOK_INSNS;
        *register_at(TIMER0_VALUE) =
            ~(uint32_t)cycles_of(cpu.insns - cpu.reset_insns);
    }
    if (address == WATCHDOG_CLEAR) {
        cpu.fed_insns = cpu.insns;
    }
    return register_at(address);
}

void native_barrier(void)
{
    if ((*register_at(AIRCR) & AIRCR_RESET) != 0) {
        stop(CPU_RESETS);
    }
}

void native_ring(void)
{
    stop(CPU_RINGS);
    cpu.insns += CPU_COMMAND_INSNS;
}

_Noreturn void native_jump(uint32_t vectors, uint64_t offset, uint32_t cause)
{
    cpu.vectors = vectors;
    cpu.offset = offset;
    cpu.cause = cause;
    for (;;) {
        stop(CPU_JUMPS);
    }
}

bool native_spin(uint64_t insns)
{
    uint32_t load = *register_at(WATCHDOG_LOAD);

    cpu.insns += insns;
    if (cpu.insns >= cpu.limit) {
        stop(CPU_LIMIT);
    }
    return (*register_at(WATCHDOG_CONTROL) & WATCHDOG_ON) != 0 &&
           cycles_of(cpu.insns - cpu.fed_insns) >= load;
}

void native_wait(void)
{
    for (;;) {
        stop(CPU_SLEEPS);
    }
}

_Noreturn void native_lock_up(void)
{
    for (;;) {
        stop(CPU_LOCKS);
    }
}

/* ---- what the machine calls -------------------------------------------------- */

static void start_program(void)
{
    cpu.program->start(cpu.offset, cpu.cause, cpu.vectors);
    __builtin_trap(); /* start-up never returns */
}

void cpu_enter(const struct program *program)
{
    cpu.program = program;
    program_reset(program);
    coroutine_set(&cpu.coroutine, start_program);
}

void cpu_reset(void)
{
    memset(cpu.peripheral, 0, sizeof(cpu.peripheral));
    memset(cpu.core, 0, sizeof(cpu.core));
    cpu.reset_insns = cpu.insns;
    cpu.fed_insns = cpu.insns;
    cpu.vectors = BOARD_ROM_BASE;
    cpu_enter(program_rom());
}

enum cpu_stop cpu_run(uint64_t limit)
{
    cpu.limit = limit;
    coroutine_resume(&cpu.coroutine);
    return cpu.stop;
}

void cpu_spend(uint64_t insns)
{
    cpu.insns += insns;
}

uint64_t cpu_insns(void)
{
    return cpu.insns;
}

uint32_t cpu_vectors(void)
{
    return cpu.vectors;
}
