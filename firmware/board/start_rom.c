/* SPDX-License-Identifier: MIT */
/*
 * Start-up of the ROM stage, the first instructions after any reset. It uses no
 * memory until it has overwritten all of it: start the clock, announce the
 * boot, wipe SRAM and ROM RAM with the core's own stores, so that nothing leaks
 * from one boot to the next and no translation of old code survives in an
 * emulator. Only then come stack, data and bss.
 */
#include "board/vectors.h"

extern const union vector rom_vectors[VECTOR_COUNT];

__attribute__((used, section(".vectors.rom")))
const union vector rom_vectors[VECTOR_COUNT] =
    VECTOR_TABLE(stack_top, rom_reset);

/* Numbers of registers.h, as the assembler wants them. */
_Static_assert(CTL_BASE == 0x21FFF000u && CTL_SYS_BOOT == 0x101, "asm");
_Static_assert(CTL_OK == 0, "asm");
_Static_assert(BOARD_SRAM_BASE == 0x21800000u && BOARD_SRAM_SIZE == 0x80000u,
               "asm");
_Static_assert(BOARD_ROM_RAM_BASE == 0x20000000u &&
                   BOARD_ROM_RAM_SIZE == 0x10000u,
               "asm");
_Static_assert(__builtin_offsetof(struct ctl_page, status) == 0x40 &&
                   __builtin_offsetof(struct ctl_page, result) == 0x44 &&
                   __builtin_offsetof(struct ctl_page, time_lo) == 0x08,
               "asm");

/* r12 keeps the cause; r8-r11 and r0-r3 are the zeros that are stored. */
__attribute__((naked)) void rom_reset(void)
{
    __asm__ volatile("cpsid i\n\t"
                     /* TIMER0: 2^32 cycles a turn, interrupt at its end */
                     "mov r0, #0x40000000\n\t"
                     "mov r1, #-1\n\t"
                     "str r1, [r0, #8]\n\t"
                     "str r1, [r0, #4]\n\t"
                     "movs r1, #9\n\t"
                     "str r1, [r0]\n\t"
                     /* SYS_BOOT at time 0 */
                     "ldr r4, =0x21FFF000\n\t"
                     "movs r0, #0\n\t"
                     "str r0, [r4, #0x08]\n\t"
                     "str r0, [r4, #0x0C]\n\t"
                     "movw r0, #0x101\n\t"
                     "str.w r0, [r4, #0xFC]\n\t"
                     "ldr r0, [r4, #0x40]\n\t"
                     "cmp r0, #0\n\t"
                     "beq 1f\n\t"
                     /* power failed again, or this is no boot: code that jumped
                      * here gets the reset that it skipped */
                     "ldr r0, =0xE000ED0C\n\t"
                     "ldr r1, =0x05FA0004\n\t"
                     "str r1, [r0]\n\t"
                     "dsb\n"
                     "0:\n\t"
                     "b 0b\n"
                     "1:\n\t"
                     "ldr r12, [r4, #0x44]\n\t"
                     /* SRAM, then the ROM's own RAM */
                     "ldr r4, =0x21800000\n\t"
                     "ldr r5, =0x21880000\n\t"
                     "bl rom_wipe\n\t"
                     "ldr r4, =0x20000000\n\t"
                     "ldr r5, =0x20010000\n\t"
                     "bl rom_wipe\n\t"
                     /* bss is zero by now; data comes from the ROM */
                     "ldr r0, =stack_top\n\t"
                     "msr msp, r0\n\t"
                     "ldr r4, =data_start\n\t"
                     "ldr r5, =data_end\n\t"
                     "ldr r6, =data_load\n"
                     "2:\n\t"
                     "cmp r4, r5\n\t"
                     "beq 3f\n\t"
                     "ldr r0, [r6], #4\n\t"
                     "str r0, [r4], #4\n\t"
                     "b 2b\n"
                     "3:\n\t"
                     "movs r0, #0\n\t"
                     "movs r1, #0\n\t"
                     "mov r2, r12\n\t"
                     "ldr r3, =rom_vectors\n\t"
                     "b board_start\n\t"
                     ".ltorg");
}

/* Zero [r4, r5), a multiple of 128 bytes, eight registers at a time. A leaf
 * without a stack, called only by rom_reset. */
__attribute__((naked, used)) void rom_wipe(void)
{
    __asm__ volatile("movs r0, #0\n\t"
                     "movs r1, #0\n\t"
                     "movs r2, #0\n\t"
                     "movs r3, #0\n\t"
                     "mov r8, #0\n\t"
                     "mov r9, #0\n\t"
                     "mov r10, #0\n\t"
                     "mov r11, #0\n"
                     "1:\n\t"
                     "stm r4!, {r0-r3, r8-r11}\n\t"
                     "stm r4!, {r0-r3, r8-r11}\n\t"
                     "stm r4!, {r0-r3, r8-r11}\n\t"
                     "stm r4!, {r0-r3, r8-r11}\n\t"
                     "cmp r4, r5\n\t"
                     "bne 1b\n\t"
                     "bx lr");
}
