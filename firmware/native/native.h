/* SPDX-License-Identifier: MIT */
/*
 * Between device programs that are compiled for the host and the machine that
 * runs them (sim/native). It stands in for the core: its registers, its reset,
 * its doorbell. Everything else of a program, the drivers included, is the same
 * source as on the board. Plain types only, so that neither side sees the
 * headers of the other.
 *
 * A program runs on a stack of its own. Every call but native_register() may
 * pass control to the simulator, and may never return: at a reset a program is
 * dropped wherever it is.
 */
#ifndef OTALAB_NATIVE_NATIVE_H
#define OTALAB_NATIVE_NATIVE_H

#include <stdbool.h>
#include <stdint.h>

/* ---- called by the programs ---------------------------------------------- */

/* A register of the core or of its peripherals. Only TIMER0 counts, only AIRCR
 * and the watchdog act; the others just keep what is stored. */
volatile uint32_t *native_register(uint32_t address);
/* What was stored takes effect: SYSRESETREQ does not return. */
void native_barrier(void);
/* The command in the controller's page is carried out. */
void native_ring(void);
/* Enter the program whose vector table is there, with its hand-over registers
 * (board/board.h). */
_Noreturn void native_jump(uint32_t vectors, uint64_t offset, uint32_t cause);
/* Time passes. True: the watchdog barks. */
bool native_spin(uint64_t insns);
/* WFI. No timer is ever armed: it does not return. */
void native_wait(void);
/* The core locks up. */
_Noreturn void native_lock_up(void);

/* ---- in each program ------------------------------------------------------ */

/* Start-up and main(). The linker gives each program's a name of its own. */
void native_start(uint64_t offset, uint32_t cause, uint32_t vectors);

/* What the vectors lead to on the board; fault.c. */
_Noreturn void native_fault(void);
_Noreturn void native_bark(void);

#endif
