/* SPDX-License-Identifier: MIT */
/* Sectors of pictures, for the code that makes them: picture_change.c. */
#ifndef OTALAB_HISTORY_PICTURE_PARTS_H
#define OTALAB_HISTORY_PICTURE_PARTS_H

#include "history/picture.h"

struct picture_sector {
    uint32_t users;
    uint8_t bytes[FLASH_BLOCK];
    uint8_t taint[FLASH_BLOCK / 4]; /* enum flash_taint of each word */
};

/* A sector that is not shared, so that it may be changed; NULL if out of
 * memory. */
struct picture_sector *picture_own(struct picture_flash *flash,
                                   uint32_t number);
/* Make the sector show what another one does; NULL: erased, clean. */
void picture_share(struct picture_flash *flash, uint32_t number,
                   struct picture_sector *sector);

#endif
