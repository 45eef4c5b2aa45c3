/* SPDX-License-Identifier: MIT */
/* Its reset vector points into flash, which is never executed. */
#include "board/board.h"
#include "board/vectors.h"

extern const union vector vectors[VECTOR_COUNT];

__attribute__((used, section(".vectors")))
const union vector vectors[VECTOR_COUNT] =
    VECTOR_TABLE(stack_top, (void (*)(void))(BOARD_FLASH_BASE + 0x401u));
