/* SPDX-License-Identifier: MIT */
/*
 * For variants that turn the ROM's own code against the board: search it for
 * the store that rings. Memory protection must be off.
 */
#ifndef OTALAB_VARIANTS_ROM_SEARCH_H
#define OTALAB_VARIANTS_ROM_SEARCH_H

#include <stdbool.h>
#include <stdint.h>

#include "board/board.h"
#include "board/cpu.h"

static inline uint32_t rom_half(uintptr_t at)
{
    return *(const volatile uint16_t *)at;
}

static inline uint32_t rom_word(uintptr_t at)
{
    return rom_half(at) | rom_half(at + 2) << 16;
}

/* STR.W Rt, [Rn, #0xFC] */
static inline bool rom_is_ring(uintptr_t at)
{
    return (rom_half(at) & 0xFFF0u) == 0xF8C0u &&
           (rom_half(at + 2) & 0x0FFFu) == 0x00FCu;
}

/* The first such store with that base register; 0 if there is none. */
static inline uintptr_t rom_find_ring(uint32_t base)
{
    for (uintptr_t at = BOARD_ROM_BASE + 0x100u; at < BOARD_DTB_BASE; at += 2) {
        if (rom_is_ring(at) && (rom_half(at) & 15u) == base) {
            return at;
        }
    }
    return 0;
}

static inline void protection_off(void)
{
    (void)cpu_mask();
    MPU_CTRL = 0;
    cpu_barrier();
}

#endif
