/* SPDX-License-Identifier: MIT */
/* Damage to the flash from outside. */
#include "device/damage.h"

#include <assert.h>

bool damage_byte(struct board *board, uint8_t *window, uint32_t address,
                 uint8_t value)
{
    assert(address < board->flash.figures.size);
    unsigned turned = (unsigned)board->flash.array[address] ^ value;

    flash_put(&board->flash, address, value);
    window[address] = (uint8_t)(window[address] ^ turned);
    return turned != 0;
}

bool damage_noise(struct board *board, uint8_t *window, uint32_t address)
{
    uint8_t value;

    rng_fill(&board->flash.rng, &value, 1);
    return damage_byte(board, window, address, value);
}

int damage_flip(struct board *board, uint8_t *window, uint32_t address,
                unsigned bit)
{
    if (flash_flip(&board->flash, address, bit) != 0) {
        return -1;
    }
    window[address] = (uint8_t)(window[address] ^ (1u << bit));
    return 0;
}

int damage_next(struct board *board, enum flash_fault fault)
{
    if (board->flash.fail_next != FLASH_FAULT_NONE) {
        return -1;
    }
    board->flash.fail_next = (uint8_t)fault;
    return 0;
}
