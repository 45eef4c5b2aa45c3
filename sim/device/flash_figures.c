/* SPDX-License-Identifier: MIT */
/* Which geometries and times the flash model supports. */
#include <stdbool.h>

#include "device/flash.h"

static bool is_power_of_two(uint32_t value)
{
    return value != 0 && (value & (value - 1u)) == 0;
}

/* Without overflow, whatever the values. */
const char *flash_figures_flaw(const struct flash_figures *figures)
{
    const struct {
        bool good;
        const char *flaw;
    } rules[] = {
        {figures->size > 0 && figures->size <= FLASH_MAX_SIZE,
         "reg: the size must be 4 KiB to 2 MiB"},
        {is_power_of_two(figures->sector) && figures->sector >= FLASH_BLOCK &&
             figures->sector <= FLASH_SECTOR_MAX,
         "erase-block-size must be 1, 2, 4, .. or 64 KiB"},
        {figures->sector != 0 && figures->size % figures->sector == 0,
         "reg: the size must be whole sectors"},
        {is_power_of_two(figures->page) && figures->page <= FLASH_PAGE,
         "write-block-size must be a power of two up to 256"},
        {is_power_of_two(figures->unit) && figures->unit <= figures->page &&
             figures->unit <= FLASH_UNIT_MAX,
         "otalab,program-unit must be a power of two up to 64, and no more "
         "than write-block-size"},
        {figures->once <= 1, "otalab,program-once must be 0 or 1"},
        {figures->unit_ns <= FLASH_TIME_LIMIT_NS / FLASH_PAGE,
         "no operation may take more than 1000 s"},
        {figures->program_ns > 0, "otalab,program-us must not be 0"},
        {figures->erase_ns > 0, "otalab,erase-us must not be 0"},
        {figures->erase_worn_ns >= figures->erase_ns,
         "otalab,erase-worn-us must not be below otalab,erase-us"},
        {figures->program_ns <= FLASH_TIME_LIMIT_NS &&
             figures->erase_worn_ns <= FLASH_TIME_LIMIT_NS,
         "no operation may take more than 1000 s"},
        {figures->endurance > 0, "otalab,endurance must not be 0"},
    };

    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        if (!rules[i].good) {
            return rules[i].flaw;
        }
    }
    return NULL;
}
