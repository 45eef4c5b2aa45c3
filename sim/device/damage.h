/* SPDX-License-Identifier: MIT */
/*
 * What befalls the flash from outside, without an operation: the array changes,
 * and the window shows the same bits turned, whether it shows the bytes or,
 * while the part is busy, garbage. Leaves no taint.
 */
#ifndef OTALAB_DEVICE_DAMAGE_H
#define OTALAB_DEVICE_DAMAGE_H

#include "device/board.h"

/* One bit, 0..7, of the byte at `address` turns. -1 if there is no such bit. */
int damage_flip(struct board *board, uint8_t *window, uint32_t address,
                unsigned bit);
/* The byte at `address`, which is in the array, becomes `value`. False if it
 * was that already. */
bool damage_byte(struct board *board, uint8_t *window, uint32_t address,
                 uint8_t value);
/* As damage_byte(), a value of the flash's random stream. */
bool damage_noise(struct board *board, uint8_t *window, uint32_t address);
/* The next operation fails so. -1 if one waits to fail already. */
int damage_next(struct board *board, enum flash_fault fault);

#endif
