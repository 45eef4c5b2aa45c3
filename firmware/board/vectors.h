/* SPDX-License-Identifier: MIT */
/*
 * The vector table: 16 system exceptions and 32 interrupts. The two start-ups,
 * and the variants with a damaged table, build theirs from the entries of
 * VECTOR_TABLE.
 */
#ifndef OTALAB_BOARD_VECTORS_H
#define OTALAB_BOARD_VECTORS_H

#include "board/cpu.h"
#include "board/state.h"

#define VECTOR_COUNT (16u + BOARD_IRQS)

union vector {
    const void *data;
    void (*code)(void);
};

/* From the linker script: one past the stack's first word. */
extern const uint32_t stack_top[];

#define VECTOR_TABLE(stack, reset)                                    \
    {                                                                 \
        [0] = {.data = (stack)}, [1] = {.code = (reset)},             \
        [2] = {.code = nmi_entry}, [3 ... 6] = {.code = fault_entry}, \
        [7 ... 10] = {.code = fault_entry},                           \
        [11 ... 15] = {.code = fault_entry},                          \
        [16 ... 16 + TIMER0_IRQ - 1] = {.code = fault_entry},         \
        [16 + TIMER0_IRQ] = {.code = clock_wrapped},                  \
        [16 + TIMER0_IRQ + 1 ... VECTOR_COUNT - 1] = {                \
            .code = fault_entry                                       \
        }                                                             \
    }

#endif
