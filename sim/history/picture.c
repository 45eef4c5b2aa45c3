/* SPDX-License-Identifier: MIT */
/* Pictures as values: sectors are shared, and copied before they change. */
#include "history/picture_parts.h"

#include <stdlib.h>
#include <string.h>

#include "image/bytes.h"

static struct picture_sector *use(struct picture_sector *sector)
{
    if (sector != NULL) {
        sector->users++;
    }
    return sector;
}

static void leave(struct picture_sector *sector)
{
    if (sector != NULL && --sector->users == 0) {
        free(sector);
    }
}

struct picture_sector *picture_own(struct picture_flash *flash, uint32_t number)
{
    struct picture_sector *now = flash->sector[number];

    if (now != NULL && now->users == 1) {
        return now;
    }
    struct picture_sector *own = malloc(sizeof *own);

    if (own == NULL) {
        return NULL;
    }
    if (now != NULL) {
        *own = *now;
    } else {
        memset(own->bytes, 0xff, sizeof own->bytes);
        memset(own->taint, FLASH_CLEAN, sizeof own->taint);
    }
    own->users = 1;
    leave(now);
    flash->sector[number] = own;
    return own;
}

void picture_share(struct picture_flash *flash, uint32_t number,
                   struct picture_sector *sector)
{
    use(sector);
    leave(flash->sector[number]);
    flash->sector[number] = sector;
}

void picture_begin(struct picture *picture, const struct changes_shape *shape)
{
    picture_free(picture);
    picture->shape = shape;
    picture->devices = shape->devices;
    for (unsigned i = 0; i < shape->devices; i++) {
        picture->device[i].flash.size = shape->size;
        picture->device[i].flash.sector_size = shape->sector;
    }
}

/* References are taken first: `to` may share sectors with `from`. */
void picture_copy(struct picture *to, const struct picture *from)
{
    if (to == from) {
        return;
    }
    for (unsigned i = 0; i < from->devices; i++) {
        for (unsigned k = 0; k < CHANGES_BLOCKS; k++) {
            use(from->device[i].flash.sector[k]);
        }
    }
    picture_free(to);
    *to = *from;
}

void picture_free(struct picture *picture)
{
    for (unsigned i = 0; i < picture->devices; i++) {
        for (unsigned k = 0; k < CHANGES_BLOCKS; k++) {
            leave(picture->device[i].flash.sector[k]);
        }
    }
    memset(picture, 0, sizeof *picture);
}

/* ---- reading ------------------------------------------------------------------ */

/* The part of a range that lies in the sector where it begins. */
static uint32_t piece(uint32_t address, size_t length)
{
    uint32_t left = FLASH_BLOCK - address % FLASH_BLOCK;

    return length < left ? (uint32_t)length : left;
}

static const struct picture_sector *sector_at(const struct picture_flash *flash,
                                              uint32_t address)
{
    return address < flash->size ? flash->sector[address / FLASH_BLOCK] : NULL;
}

void picture_flash(const struct picture_device *device, uint32_t address,
                   void *out, size_t length)
{
    uint8_t *to = out;

    while (length > 0) {
        const struct picture_sector *sector =
            sector_at(&device->flash, address);
        uint32_t count = piece(address, length);

        if (sector != NULL) {
            memcpy(to, &sector->bytes[address % FLASH_BLOCK], count);
        } else {
            memset(to, 0xff, count);
        }
        to += count;
        address += count;
        length -= count;
    }
}

uint8_t picture_taint(const struct picture_device *device, uint32_t address,
                      uint32_t length)
{
    uint8_t worst = FLASH_CLEAN;

    while (length > 0) {
        const struct picture_sector *sector =
            sector_at(&device->flash, address);
        uint32_t count = piece(address, length);
        uint32_t first = address % FLASH_BLOCK / 4;
        uint32_t last = (address % FLASH_BLOCK + count - 1) / 4;

        for (uint32_t i = first; sector != NULL && i <= last; i++) {
            worst = sector->taint[i] > worst ? sector->taint[i] : worst;
        }
        address += count;
        length -= count;
    }
    return worst;
}

bool picture_blank(const struct picture_device *device, uint32_t address,
                   uint32_t length)
{
    while (length > 0) {
        const struct picture_sector *sector =
            sector_at(&device->flash, address);
        uint32_t count = piece(address, length);

        if (sector != NULL &&
            !all_bytes(&sector->bytes[address % FLASH_BLOCK], count, 0xff)) {
            return false;
        }
        address += count;
        length -= count;
    }
    return true;
}
