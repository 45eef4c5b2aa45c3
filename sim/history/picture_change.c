/* SPDX-License-Identifier: MIT */
/* Applies changes of memory one after the other. Each was checked when it was
 * read. */
#include <string.h>

#include "history/picture_parts.h"
#include "image/bytes.h"

static int change_bytes(struct picture_flash *flash,
                        const struct change *change)
{
    uint32_t number = change->address / FLASH_BLOCK;
    struct picture_sector *sector = picture_own(flash, number);

    if (sector == NULL) {
        return -1;
    }
    uint8_t *to = &sector->bytes[change->address % FLASH_BLOCK];

    if (change->kind == CHANGE_BYTES) {
        memcpy(to, change->bytes, change->length);
    } else {
        memset(to, change->value, change->length);
    }
    return 0;
}

static int change_taint(struct picture_flash *flash,
                        const struct change *change)
{
    uint32_t number = change->address / FLASH_BLOCK;
    struct picture_sector *sector = picture_own(flash, number);

    if (sector == NULL) {
        return -1;
    }
    memset(&sector->taint[change->address % FLASH_BLOCK / 4], change->value,
           change->length / 4);
    return 0;
}

static void change_fuses(struct picture_fuses *fuses,
                         const struct change *change)
{
    const uint8_t *words = change->fuses.words;

    for (uint32_t i = 0; i < CHANGES_FUSE_WORDS; i++) {
        fuses->words[i] = get_le32(&words[4 * i]);
        fuses->weak[i] = get_le32(&words[4 * (CHANGES_FUSE_WORDS + i)]);
    }
    fuses->locked = change->fuses.locked;
}

static int change_device(struct picture *picture, struct picture_device *device,
                         const struct change *change)
{
    struct picture_flash *flash = &device->flash;

    switch (change->kind) {
    case CHANGE_BYTES:
    case CHANGE_FILL:
        return change_bytes(flash, change);
    case CHANGE_COPY:
        picture_share(flash, change->address / FLASH_BLOCK,
                      picture->device[change->from.device - 1]
                          .flash.sector[change->from.address / FLASH_BLOCK]);
        break;
    case CHANGE_TAINT:
        return change_taint(flash, change);
    case CHANGE_WEAR:
        flash->erases[change->address / FLASH_BLOCK] = change->erases;
        break;
    case CHANGE_LOCKS:
        for (uint32_t i = 0; i < flash->size / FLASH_BLOCK; i++) {
            flash->locked[i] = change->bytes[i / 8] >> i % 8 & 1;
        }
        break;
    case CHANGE_FUSES:
        change_fuses(&device->fuses, change);
        break;
    case CHANGE_STATE:
        device->state = change->state;
        break;
    case CHANGE_LINK:
        memcpy(device->link, change->link, sizeof device->link);
        break;
    default:
        break;
    }
    return 0;
}

int picture_change(struct picture *picture, const struct change *change)
{
    if (change->kind == CHANGE_PACKET) {
        return 0; /* it is the event's: history_packet() */
    }
    if (change->kind != CHANGE_OFFER) {
        return change_device(picture, &picture->device[change->device - 1],
                             change);
    }
    struct picture_server *server = &picture->server;

    memset(server->descriptor, 0, sizeof server->descriptor);
    server->descriptor_size = change->length;
    if (change->length > 0) {
        memcpy(server->descriptor, change->bytes, change->length);
    }
    return 0;
}
