/* SPDX-License-Identifier: MIT */
/*
 * Needs more SRAM than there is. The linker script refuses such a program, as
 * it does this one if BIG_SRAM_HONEST is defined. Otherwise it is told to look
 * away (sram_unchecked), and the device must refuse the image because its stack
 * pointer lies beyond the memory that an image may have.
 */
#include "app/behaviour.h"

#define BIG_SIZE (BOARD_APP_SIZE + 0x4000u)

#ifndef BIG_SRAM_HONEST
__asm__(".globl sram_unchecked\n\t.set sram_unchecked, 1");
#endif

static volatile uint8_t big[BIG_SIZE];

void app_on_start(struct app *app)
{
    for (uint32_t i = 1; i < BIG_SIZE; i++) {
        big[i] = (uint8_t)(big[i - 1u] + app->info.slot);
    }
}
