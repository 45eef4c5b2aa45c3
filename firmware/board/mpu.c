/* SPDX-License-Identifier: MIT */
/*
 * Memory protection: one table per stage, without a background map, so any
 * access that is not listed faults. Where two regions overlap, the one with the
 * higher number wins.
 *
 *              ROM stage     bootloader    application
 *   ROM        read, run     read          read
 *   ROM RAM    read, write   -             -
 *   flash      read          read          read
 *   SRAM       read, write   all           all; bootloader's part: read
 *   devices    read, write   read, write   read, write
 */
#include "board/board.h"

#include "board/cpu.h"
#include "board/jump.h"
#include "board/state.h"

/* RASR fields, Arm v7-M B3.5.9. SIZE is log2(bytes) - 1. */
#define MPU_SIZE(log2) (((log2)-1u) << 1 | 1u)
#define MPU_4K MPU_SIZE(12u)
#define MPU_64K MPU_SIZE(16u)
#define MPU_512K MPU_SIZE(19u)
#define MPU_1M MPU_SIZE(20u)
#define MPU_8M MPU_SIZE(23u)
#define MPU_XN (1u << 28)
#define MPU_RW (1u << 24) /* privileged only */
#define MPU_RO (5u << 24)
#define MPU_MEMORY (1u << 19) /* normal, not cached */
#define MPU_DEVICE (1u << 18 | 1u << 16)

#define MPU_FLASH                                               \
    {                                                           \
        BOARD_FLASH_BASE, MPU_8M | MPU_RO | MPU_XN | MPU_MEMORY \
    }
#define MPU_CONTROLLER                                  \
    {                                                   \
        CTL_BASE, MPU_4K | MPU_RW | MPU_XN | MPU_DEVICE \
    }
#define MPU_PERIPHERALS                                     \
    {                                                       \
        0x40000000u, MPU_64K | MPU_RW | MPU_XN | MPU_DEVICE \
    }

_Static_assert(BOARD_ROM_SIZE == 1u << 20 && BOARD_ROM_BASE % (1u << 20) == 0,
               "MPU: ROM");
_Static_assert(BOARD_ROM_RAM_SIZE == 1u << 16, "MPU: ROM RAM");
_Static_assert(BOARD_FLASH_MAX == 1u << 23, "MPU: flash");
_Static_assert(BOARD_SRAM_SIZE == 1u << 19, "MPU: SRAM");
_Static_assert(BOARD_BOOT_SIZE + BOARD_INFO_SIZE == 1u << 16 &&
                   BOARD_BOOT_BASE % (1u << 16) == 0,
               "MPU: the bootloader's part of SRAM");

static const struct mpu_region mpu_rom[MPU_REGIONS] = {
    {BOARD_ROM_BASE, MPU_1M | MPU_RO | MPU_MEMORY},
    MPU_FLASH,
    {BOARD_SRAM_BASE, MPU_512K | MPU_RW | MPU_XN | MPU_MEMORY},
    MPU_PERIPHERALS,
    MPU_CONTROLLER,
    {BOARD_ROM_RAM_BASE, MPU_64K | MPU_RW | MPU_XN | MPU_MEMORY},
};

/* The ROM gives the bootloader its code, but not its RAM. */
static const struct mpu_region mpu_boot[MPU_REGIONS] = {
    {BOARD_ROM_BASE, MPU_1M | MPU_RO | MPU_MEMORY},
    MPU_FLASH,
    {BOARD_SRAM_BASE, MPU_512K | MPU_RW | MPU_MEMORY},
    MPU_PERIPHERALS,
    MPU_CONTROLLER,
};

static const struct mpu_region mpu_app[MPU_REGIONS] = {
    {BOARD_ROM_BASE, MPU_1M | MPU_RO | MPU_XN | MPU_MEMORY},
    MPU_FLASH,
    {BOARD_SRAM_BASE, MPU_512K | MPU_RW | MPU_MEMORY},
    MPU_PERIPHERALS,
    MPU_CONTROLLER,
    {BOARD_BOOT_BASE, MPU_64K | MPU_RO | MPU_XN | MPU_MEMORY},
};

/* The code that jumps, kept executable for its last steps. */
static const struct mpu_region mpu_gangway[] = {
    {BOARD_ROM_BASE, MPU_1M | MPU_RO | MPU_MEMORY},
    {BOARD_BOOT_BASE, MPU_64K | MPU_RO | MPU_MEMORY},
};

const struct mpu_region *mpu_table(enum board_stage stage)
{
    static const struct mpu_region *const tables[] = {
        [BOARD_STAGE_ROM] = mpu_rom,
        [BOARD_STAGE_BOOT] = mpu_boot,
        [BOARD_STAGE_APP] = mpu_app,
    };

    return tables[stage];
}

void mpu_setup(const struct mpu_region *table)
{
    MPU_CTRL = 0;
    cpu_barrier();
    for (uint32_t i = 0; i < MPU_REGIONS; i++) {
        MPU_NUMBER = i;
        MPU_BASE = table[i].base;
        MPU_ATTR = table[i].attr;
    }
    MPU_CTRL = MPU_CTRL_ENABLE | MPU_CTRL_FAULTS;
    cpu_barrier();
}

_Noreturn void board_jump(uint32_t vectors, enum board_stage stage)
{
    const struct mpu_region *gangway =
        &mpu_gangway[stage == BOARD_STAGE_BOOT ? 0 : 1];
    struct jump to = {vectors, mpu_table(stage), gangway->base, gangway->attr};

    (void)cpu_mask();
    jump(clock_hand_over(), board_reset_cause(), &to);
}
