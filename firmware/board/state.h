/* SPDX-License-Identifier: MIT */
/*
 * What the board's start-up, clock and fault code share. Nothing outside
 * firmware/board/ includes it.
 */
#ifndef OTALAB_BOARD_STATE_H
#define OTALAB_BOARD_STATE_H

#include <stdint.h>

#include "board/board.h"

/* The clock continues from what the previous stage handed over: cycles since
 * reset minus what the running TIMER0 has counted. */
void clock_resume(uint64_t offset);
uint64_t clock_hand_over(void); /* interrupts masked */
/* TIMER0's interrupt handler. */
void clock_wrapped(void);

void reset_cause_set(uint32_t cause);

/*
 * Second half of every start-up, in C, with interrupts masked and bss zero:
 * clock, cause, MPU, faults, interrupts, main(). `vectors` is this program's
 * table.
 */
_Noreturn void board_start(uint64_t offset, uint32_t cause,
                           const void *vectors);

/* Exception entries. */
void reset_handler(void);
void rom_reset(void);
void fault_entry(void);
void nmi_entry(void);

/* Variants override this with their misdeed; weak, does nothing. */
void fault_hook(void);

int main(void);

#endif
