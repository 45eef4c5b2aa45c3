/* SPDX-License-Identifier: MIT */
/*
 * Requests in flash: two sectors of 64-byte slots, no header. A sector of 4096
 * bytes:
 *
 *     | slot 0 | slot 1 | ... | slot 63 |
 *
 *     0 magic  4 sequence  8 kind  9 slot  10 zeros  12 number  16 digest
 *    48 zeros  56 crc32 of 0..55  60 end mark, 0
 *
 * The sector that holds the newest valid request is the one in use. The other
 * one may hold anything, because its erase may have been torn, and is erased
 * before use. A torn slot uses up its sequence number: numbers count slots, so
 * no two requests ever share one. If the numbers are used up, or would continue
 * from one that the bootloader would not take for new, both sectors are erased,
 * the one in use last, and the numbers start again with the low 16 bits of the
 * next one, since the bootloader compares no more than those.
 */
#include "ota/request.h"

#include <string.h>

#include "ota/bytes.h"
#include "ota/crc32.h"

#define REQUEST_MAGIC 0x3151544Fu /* "OTQ1" */
#define SLOT_SIZE 64u
#define CRC_AT 56u
#define END_AT 60u
#define SECTORS 2u
#define SLOTS_MAX 255u /* of a sector; the rest of a larger one is not used */
#define WRITE_TRIES 4u
/* Higher ones are not valid, so that there is room to continue. */
#define SEQUENCE_MAX 0xFFFF0000u
/* The first request of a boot is at most this far ahead of the last one
 * handled, and those that follow it are at most this far ahead of the first:
 * together less than half of the 16 bits. */
#define AHEAD_MAX 0x4000u

struct scan {
    struct request latest; /* sequence 0: none */
    unsigned sector;       /* where it is */
    unsigned slot;
    unsigned end[SECTORS]; /* first slot of the blank rest */
};

static void encode(const struct request *request, uint8_t slot[SLOT_SIZE])
{
    memset(slot, 0, SLOT_SIZE);
    bytes_put32(slot, REQUEST_MAGIC);
    bytes_put32(slot + 4, request->sequence);
    slot[8] = request->kind;
    slot[9] = request->slot;
    bytes_put32(slot + 12, request->number);
    memcpy(slot + 16, request->digest, OTA_DIGEST_SIZE);
    bytes_put32(slot + CRC_AT, ota_crc32(slot, CRC_AT));
}

/* False if it is not a valid request. What it asks for is not judged. */
static bool decode(const uint8_t slot[SLOT_SIZE], struct request *request)
{
    if (bytes_get32(slot) != REQUEST_MAGIC || bytes_get32(slot + END_AT) ||
        bytes_get32(slot + CRC_AT) != ota_crc32(slot, CRC_AT)) {
        return false;
    }
    request->sequence = bytes_get32(slot + 4);
    request->kind = slot[8];
    request->slot = slot[9];
    request->number = bytes_get32(slot + 12);
    memcpy(request->digest, slot + 16, OTA_DIGEST_SIZE);
    return request->sequence > 0 && request->sequence <= SEQUENCE_MAX;
}

static uint32_t slots_of(const struct ota_flash *flash)
{
    uint32_t slots = flash->sector_size / SLOT_SIZE;

    return slots < SLOTS_MAX ? slots : SLOTS_MAX;
}

static void scan_sector(const struct ota_flash *flash, struct ota_area area,
                        unsigned sector, struct scan *scan)
{
    uint32_t address = area.start + sector * flash->sector_size;
    struct request request;
    uint8_t data[SLOT_SIZE];

    for (unsigned slot = 0; slot < slots_of(flash); slot++) {
        if (flash->read(flash->context, address + slot * SLOT_SIZE, data,
                        SLOT_SIZE)) {
            memset(data, 0, SLOT_SIZE);
        }
        if (bytes_are(data, SLOT_SIZE, 0xFF)) {
            continue;
        }
        scan->end[sector] = slot + 1;
        if (decode(data, &request) &&
            request.sequence > scan->latest.sequence) {
            scan->latest = request;
            scan->sector = sector;
            scan->slot = slot;
        }
    }
}

static int scan_all(const struct ota_flash *flash, struct ota_area area,
                    struct scan *scan)
{
    memset(scan, 0, sizeof(*scan));
    if (flash->sector_size < SLOT_SIZE || flash->sector_size % SLOT_SIZE ||
        area.length / flash->sector_size < SECTORS) {
        return OTA_ERR_RANGE;
    }
    for (unsigned sector = 0; sector < SECTORS; sector++) {
        scan_sector(flash, area, sector, scan);
    }
    return OTA_OK;
}

int request_latest(const struct ota_flash *flash, struct ota_area area,
                   struct request *request)
{
    struct scan scan;
    int err = scan_all(flash, area, &scan);

    *request = scan.latest;
    return err;
}

/* Erase both sectors, the one with the latest request last. */
static int erase_all(const struct ota_flash *flash, struct ota_area area,
                     unsigned in_use)
{
    uint32_t size = flash->sector_size;
    int err = flash->erase(flash->context, area.start + (in_use ^ 1u) * size);

    return err ? err : flash->erase(flash->context, area.start + in_use * size);
}

/* A number that is valid and as new as this one. */
static uint32_t lowest_like(uint32_t sequence)
{
    uint32_t low = sequence & 0xFFFFu;

    return low ? low : 0x10000u;
}

/* Can the numbers continue with this one? There must be room, and the
 * bootloader must take it for new, as it will the first. */
static bool goes_on(uint32_t sequence, uint32_t first)
{
    return sequence <= SEQUENCE_MAX && (uint16_t)(sequence - first) < AHEAD_MAX;
}

/* Where the next one goes, and its number. Erases a sector if necessary. */
static int next_place(const struct ota_flash *flash, struct ota_area area,
                      uint32_t first, uint32_t *address, uint32_t *sequence)
{
    uint32_t slots = slots_of(flash);
    struct scan scan;
    int err = scan_all(flash, area, &scan);

    if (err) {
        return err;
    }
    unsigned sector = scan.sector;
    unsigned slot = scan.end[sector];
    if (scan.latest.sequence == 0 || slot >= slots) {
        sector = scan.latest.sequence ? sector ^ 1u : 0;
        slot = 0;
        err = flash->erase(flash->context,
                           area.start + sector * flash->sector_size);
    }
    uint32_t places = (sector == scan.sector ? slot : slots) - scan.slot;
    *sequence = scan.latest.sequence + (places ? places : 1);
    *sequence = *sequence > first ? *sequence : first;
    *address = area.start + sector * flash->sector_size + slot * SLOT_SIZE;
    if (!err && !goes_on(*sequence, first)) {
        *sequence = lowest_like(first);
        *address = area.start;
        err = erase_all(flash, area, scan.sector);
    }
    return err;
}

/* Write to a blank slot and read it back. */
static bool write_slot(const struct ota_flash *flash, uint32_t address,
                       const uint8_t data[SLOT_SIZE])
{
    uint8_t back[SLOT_SIZE];

    /* An erase may silently have done nothing. */
    if (flash->read(flash->context, address, back, SLOT_SIZE) ||
        !bytes_are(back, SLOT_SIZE, 0xFF) ||
        flash->program(flash->context, address, data, SLOT_SIZE) ||
        flash->read(flash->context, address, back, SLOT_SIZE)) {
        return false;
    }
    return memcmp(data, back, SLOT_SIZE) == 0;
}

int request_append(const struct ota_flash *flash, struct ota_area area,
                   uint32_t first, struct request *request)
{
    uint8_t data[SLOT_SIZE];
    uint32_t address;

    if (first > SEQUENCE_MAX) {
        first = lowest_like(first);
    }
    int err = OTA_ERR_IO;
    for (unsigned i = 0; i < WRITE_TRIES; i++) {
        err = next_place(flash, area, first, &address, &request->sequence);
        if (err) {
            continue; /* an erase may fail once */
        }
        encode(request, data);
        if (write_slot(flash, address, data)) {
            return OTA_OK;
        }
        err = OTA_ERR_IO;
    }
    return err;
}

static bool is_newer(uint32_t sequence, uint16_t dealt)
{
    uint16_t ahead = (uint16_t)((uint16_t)sequence - dealt);

    return ahead != 0 && ahead < 0x8000u;
}

bool request_is_new(const struct request *request, uint16_t dealt)
{
    return request->sequence != 0 && is_newer(request->sequence, dealt);
}

uint32_t request_next(uint32_t latest, uint16_t dealt)
{
    uint32_t next = latest + 1;

    if (!is_newer(next, dealt) || (uint16_t)(next - dealt) > AHEAD_MAX) {
        next += (uint16_t)(dealt + 1u - next);
    }
    return next;
}
