/* SPDX-License-Identifier: MIT */
/*
 * What start-up, clock and fault code of the board share among themselves.
 * Nobody outside firmware/board/ includes it.
 */
#ifndef OTALAB_BOARD_STATE_H
#define OTALAB_BOARD_STATE_H

#include <stdint.h>

#include "board/board.h"

/* The clock goes on from what the stage before handed over: cycles since reset
 * less what TIMER0, which runs, has counted. */
void clock_resume(uint64_t offset);
uint64_t clock_hand_over(void); /* interrupts masked */
/* TIMER0's interrupt handler. */
void clock_wrapped(void);

void reset_cause_set(uint32_t cause);

/*
 * Second half of every start-up, in C, interrupts masked and bss zero: clock,
 * cause, MPU, faults, interrupts, main(). `vectors` is this program's table.
 */
_Noreturn void board_start(uint64_t offset, uint32_t cause,
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
