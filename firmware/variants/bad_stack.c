/* SPDX-License-Identifier: MIT */
/* Its stack pointer is in the RAM of the ROM stage, which is closed. */
#include "board/board.h"
#include "board/vectors.h"

extern const union vector vectors[VECTOR_COUNT];

__attribute__((used, section(".vectors")))
const union vector vectors[VECTOR_COUNT] =
    VECTOR_TABLE((const void *)(BOARD_ROM_RAM_BASE + BOARD_ROM_RAM_SIZE),
                 reset_handler);
