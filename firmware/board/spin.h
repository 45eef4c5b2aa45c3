/* SPDX-License-Identifier: MIT */
/*
 * Stay awake and do nothing. Long straight runs rather than a tight loop: a
 * simulator counts instructions block by block, and minutes of hanging must be
 * cheap.
 */
#ifndef OTALAB_BOARD_SPIN_H
#define OTALAB_BOARD_SPIN_H

#include <stdint.h>

#define SPIN_INSNS 400u /* or so, per turn */

static inline void spin(uint32_t turns)
{
    for (uint32_t i = 0; i < turns; i++) {
        __asm__ volatile(".rept 400\n\tnop\n\t.endr");
    }
}

_Noreturn static inline void spin_for_ever(void)
{
    for (;;) {
        spin(1);
    }
}

#endif
