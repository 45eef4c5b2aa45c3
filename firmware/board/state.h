/* SPDX-License-Identifier: MIT */
/*
 * What start-up, clock and fault code of the board share among themselves.
 * Nobody outside firmware/board/ includes it.
 */
#ifndef OTALAB_BOARD_STATE_H
#define OTALAB_BOARD_STATE_H

#include <stdint.h>

#include "board/board.h"

/* The clock goes on from what the stage before handed over. TIMER0 runs. */
void clock_resume(uint64_t cycles);
/* Interrupt handlers of TIMER0 (wrapped) and TIMER1 (a sleep is over). */
void clock_wrapped(void);
void clock_alarm(void);

void reset_cause_set(uint32_t cause);

/*
 * Second half of every start-up, in C, interrupts masked and bss zero: clock,
 * cause, MPU, faults, interrupts, main(). `vectors` is this program's table.
 */
_Noreturn void board_start(uint64_t cycles, uint32_t cause,
                           const void *vectors);

/* Exception entries. */
void reset_handler(void);
void rom_reset(void);
void fault_entry(void);
void nmi_entry(void);

/* Variants put their own misdeed here; weak, does nothing. */
void fault_hook(void);

int main(void);

#endif
