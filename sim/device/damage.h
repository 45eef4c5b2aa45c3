/* SPDX-License-Identifier: MIT */
/*
 * Damage to the flash from outside, without an operation: the array changes,
 * and the window shows the same bits flipped, whether it shows the bytes or,
 * while the part is busy, garbage. Leaves no taint.
 */
#ifndef OTALAB_DEVICE_DAMAGE_H
#define OTALAB_DEVICE_DAMAGE_H

#include "device/board.h"

/* Flip bit 0..7 of the byte at `address`. 0, or -1 if there is no such bit. */
int damage_flip(struct board *board, uint8_t *window, uint32_t address,
                unsigned bit);
/* Set the byte at `address`, which is in the array, to `value`. False if it
 * already was. */
bool damage_byte(struct board *board, uint8_t *window, uint32_t address,
                 uint8_t value);
/* The same with a value from the flash's random stream. */
bool damage_noise(struct board *board, uint8_t *window, uint32_t address);
/* The next operation fails in this way. 0, or -1 if a failure is already
 * planted. */
int damage_next(struct board *board, enum flash_fault fault);

#endif
