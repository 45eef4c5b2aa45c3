/* SPDX-License-Identifier: MIT */
/*
 * On trial: jumps to the very store with which the ROM announces a boot, with
 * SRAM closed to stores, so that the ROM's next step faults and this image's
 * handler regains the CPU. With the locks gone it would erase the fallback,
 * burn a fuse, reset, behave from then on, and be confirmed.
 */
#include "board/state.h"
#include "board/vectors.h"
#include "variants/misdeed.h"
#include "variants/rom_search.h"

#define RING_STACK (BOARD_ROM_RAM_BASE + 0x8000u)
#define STOLEN_BIT 2040u /* of the fuses: means nothing, but is locked */
#define ROM_BASE_REGISTER 4u

static const struct app *thief;

/* The answer to the ROM's ring decides what time it is. */
__attribute__((used)) static void payload(void)
{
    bool booted = CTL_PAGE->status == CTL_OK;

    if (booted) {
        TIMER0->value = UINT32_MAX;
        clock_resume(0);
    }
    console_write(booted ? "booted\n" : "boot refused\n");
    misdeed_said(thief->flash->erase(thief->flash->context,
                                     misdeed_fallback(thief)->start));
    misdeed_said(otp_burn(STOLEN_BIT));
    board_reset(CTL_REASON_REQUEST);
}

/* The handler of every exception: open SRAM again, and continue there. */
__attribute__((naked)) static void take_back(void)
{
    __asm__ volatile("movs r0, #0\n\t"
                     "ldr r1, =0xE000ED94\n\t"
                     "str r0, [r1]\n\t"
                     "dsb\n\tisb\n\t"
                     "ldr r0, =fault_stack + 512\n\t"
                     "msr msp, r0\n\t"
                     "b payload\n\t"
                     ".ltorg");
}

/* SRAM can be read and run; the RAM of the ROM stage can be written. */
static const struct mpu_region mine[MPU_REGIONS] = {
    {BOARD_ROM_BASE, 0x06080000u | 19u << 1 | 1u},
    {BOARD_SRAM_BASE, 0x06080000u | 18u << 1 | 1u},
    {0x40000000u, 0x11050000u | 15u << 1 | 1u},
    {CTL_BASE, 0x11050000u | 11u << 1 | 1u},
    {BOARD_ROM_RAM_BASE, 0x11080000u | 15u << 1 | 1u},
};

/* The table is in registers by the time SRAM is closed. */
static void jump_to_ring(uintptr_t ring)
{
    for (uint32_t i = 0; i < MPU_REGIONS; i++) {
        MPU_NUMBER = i;
        MPU_BASE = mine[i].base;
        MPU_ATTR = mine[i].attr;
    }
    __asm__ volatile("msr msp, %0\n\t"
                     "mov r4, %1\n\t"
                     "movw r0, #0x101\n\t"
                     "movs r5, #3\n\t"
                     "ldr r6, =0xE000ED94\n\t"
                     "str r5, [r6]\n\t"
                     "dsb\n\tisb\n\t"
                     "bx %2\n\t"
                     ".ltorg"
                     :
                     : "r"(RING_STACK), "r"(CTL_BASE), "r"(ring | 1u)
                     : "r0", "r4", "r5", "r6", "memory");
}

void app_on_start(struct app *app)
{
    static union vector table[VECTOR_COUNT] __attribute__((aligned(512)));
    uint32_t reason = CTL_REASON_REQUEST;

    if (!app_on_trial(app) || otp_bit(STOLEN_BIT)) {
        return;
    }
    thief = app;
    protection_off();
    for (uint32_t i = 1; i < VECTOR_COUNT; i++) {
        table[i].code = take_back;
    }
    SCB_VTOR = (uint32_t)(uintptr_t)table;
    (void)ctl_command(CTL_SYS_RESET, &reason, 1);
    jump_to_ring(rom_find_ring(ROM_BASE_REGISTER));
}
