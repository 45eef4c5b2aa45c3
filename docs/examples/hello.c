/* SPDX-License-Identifier: MIT */
/*
 * The smallest useful program for the board, in place of the ROM stage. It
 * starts the clock, says hello, erases a sector of flash, programs one page,
 * reads it back and stops. It shows the doorbell and how to wait; a real driver
 * sleeps (firmware/board/clock.c) and sets up the MPU (mpu.c).
 */
#include <stdint.h>

#include "board/registers.h"

#define REG(address) (*(volatile uint32_t *)(address))
#define CTL ((volatile struct ctl_page *)CTL_BASE)
#define TIMER0 0x40000000u /* +0 CTRL, +4 VALUE (counts down), +8 RELOAD */
#define SCB_AIRCR REG(0xE000ED0Cu)

#define SCRATCH 0x1FF000u /* a flash address: the last sector */

void start(void);

__attribute__((section(".vectors"),
               used)) static const void *const vectors[] = {
    (const void *)(BOARD_ROM_RAM_BASE + BOARD_ROM_RAM_SIZE),
    (const void *)start};

static uint32_t cycles(void)
{
    return ~REG(TIMER0 + 4); /* enough for 171 s */
}

static uint32_t command(uint32_t number, uint32_t arg0, uint32_t arg1)
{
    CTL->time_lo = cycles();
    CTL->time_hi = 0;
    CTL->arg[0] = arg0;
    CTL->arg[1] = arg1;
    __asm__ volatile("str.w %0, [%1, #0xFC]"
                     :
                     : "r"(number), "r"(CTL_BASE)
                     : "memory");
    if (CTL->status == CTL_RESET_ASSERTED) {
        SCB_AIRCR = 0x05FA0004u;
        for (;;) {
        }
    }
    return CTL->status;
}

static uint32_t put(const char *text)
{
    uint32_t length = 0;

    while (length < CTL_DATA_SIZE && text[length] != '\0') {
        CTL->data[length] = (uint8_t)text[length];
        length++;
    }
    return length;
}

static void say(const char *text)
{
    (void)command(CTL_CONSOLE_WRITE, put(text), 0);
}

/* Wait until an operation ends; only a status query completes it. */
static uint32_t finish(uint32_t status)
{
    while (status == CTL_OK && cycles() < CTL->result[0]) {
    }
    if (status == CTL_OK) {
        status = command(CTL_FLASH_STATUS, 0, 0);
    }
    return status != CTL_OK || CTL->result[3] != 0;
}

void start(void)
{
    const volatile uint8_t *flash = (const volatile uint8_t *)BOARD_FLASH_BASE;
    uint32_t bad = 0;

    __asm__ volatile("cpsid i");
    REG(TIMER0 + 8) = UINT32_MAX;
    REG(TIMER0 + 4) = UINT32_MAX;
    REG(TIMER0) = 1;
    (void)command(CTL_SYS_BOOT, 0, 0);
    say("hello\n");
    bad |= finish(command(CTL_FLASH_ERASE, SCRATCH, 0));
    bad |= finish(command(CTL_FLASH_PROGRAM, SCRATCH, put("kept")));
    bad |= flash[SCRATCH] != 'k' || flash[SCRATCH + 4] != 0xFF;
    say(bad ? "flash is bad\n" : "flash is good\n");
    (void)command(CTL_SYS_HALT, 0, 0);
    for (;;) {
    }
}
