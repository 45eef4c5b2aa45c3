/* SPDX-License-Identifier: MIT */
/* Sectors with reference counts. */
#include "device/sectors.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define TAINT (FLASH_BLOCK / 4u)

struct sector {
    uint32_t users;
    uint64_t sum;
    uint8_t array[FLASH_BLOCK];
    uint8_t taint[TAINT];
};

static struct sector *use(struct sector *sector)
{
    sector->users++;
    return sector;
}

static void leave(struct sector *sector)
{
    if (sector != NULL && --sector->users == 0) {
        free(sector);
    }
}

static int keep(struct flash *flash, struct sectors *held, size_t i)
{
    struct sector *sector = malloc(sizeof *sector);

    if (sector == NULL) {
        return -1;
    }
    sector->users = 1;
    memcpy(sector->array, &flash->array[i * FLASH_BLOCK], FLASH_BLOCK);
    memcpy(sector->taint, &flash->taint[i * TAINT], TAINT);
    sector->sum = flash_block_sum(flash, (uint32_t)i);
    leave(held->at[i]);
    held->at[i] = sector;
    flash->touched[i] = 0;
    return 0;
}

int sectors_save(struct flash *flash, struct sectors *held,
                 struct sectors *saved)
{
    memset(saved, 0, sizeof *saved);
    for (size_t i = 0; i < FLASH_MAX_BLOCKS; i++) {
        if (flash->touched[i] && keep(flash, held, i) != 0) {
            sectors_free(saved);
            return -1;
        }
        assert(held->at[i] != NULL); /* at first all count as touched */
        saved->at[i] = use(held->at[i]);
    }
    return 0;
}

void sectors_restore(struct flash *flash, struct sectors *held,
                     const struct sectors *saved)
{
    for (size_t i = 0; i < FLASH_MAX_BLOCKS; i++) {
        const struct sector *sector = saved->at[i];

        if (flash->touched[i] || held->at[i] != sector) {
            memcpy(&flash->array[i * FLASH_BLOCK], sector->array, FLASH_BLOCK);
            memcpy(&flash->taint[i * TAINT], sector->taint, TAINT);
            flash->sum[i] = sector->sum;
            flash->summed[i] = 1;
            use(saved->at[i]);
            leave(held->at[i]);
            held->at[i] = saved->at[i];
            flash->touched[i] = 0;
        }
    }
}

void sectors_free(struct sectors *sectors)
{
    for (size_t i = 0; i < FLASH_MAX_BLOCKS; i++) {
        leave(sectors->at[i]);
        sectors->at[i] = NULL;
    }
}
