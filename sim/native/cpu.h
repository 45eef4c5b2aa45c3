/* SPDX-License-Identifier: MIT */
/*
 * The core of a native machine: what firmware/native/native.h promises to the
 * programs. Its time is a count of instructions that is the same in every run
 * but not exactly the board's: a command costs a fixed number, and so does what
 * takes long on the board, hashes and signatures; a sleep costs none. The
 * process has one core, because programs have fixed addresses.
 */
#ifndef OTALAB_NATIVE_CPU_H
#define OTALAB_NATIVE_CPU_H

#include <stdbool.h>
#include <stdint.h>

#include "native/program.h"

/* As measured on the board, of 32 ns each. A command: 20 us, with what is
 * computed for it; a P-256 verification: 461 ms. */
#define CPU_COMMAND_INSNS 625u
#define CPU_HASH_INSNS 40u /* of a byte */
#define CPU_VERIFY_INSNS 14400000u

/* Why cpu_run() returned. */
enum cpu_stop {
    CPU_RINGS,  /* a command waits in the page */
    CPU_JUMPS,  /* a program is about to be entered; see cpu_entered() */
    CPU_RESETS, /* SYSRESETREQ: cpu_reset() must follow */
    CPU_LIMIT,  /* the limit was reached */
    CPU_SLEEPS, /* WFI: nothing wakes it */
    CPU_LOCKS   /* it has locked up: cpu_reset() must follow */
};

/* The CPU starts with the ROM. */
void cpu_reset(void);
/* Let it run; stop when it spins until `limit` instructions were executed. */
enum cpu_stop cpu_run(uint64_t limit);
/* Called on behalf of a program: it computes for that long. */
void cpu_spend(uint64_t insns);
/* Instructions executed by this process. */
uint64_t cpu_insns(void);
/* After CPU_JUMPS: the vector table's address. cpu_enter() must follow. */
uint32_t cpu_vectors(void);
void cpu_enter(const struct program *program);

#endif
