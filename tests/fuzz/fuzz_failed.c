/* SPDX-License-Identifier: MIT */
/*
 * A partition 'failed' of arbitrary contents: it opens without writing, knows
 * an image only when an entry says so, takes images again without breaking a
 * rule of the flash, knows them after that unless the log had to be begun anew,
 * and writes nothing for what it knows. A prefix of the input seals slots, so
 * that valid entries with odd numbers come up.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/ram_flash.h"
#include "ota/bytes.h"
#include "ota/crc32.h"
#include "ota/failed.h"

#define SECTOR 512u
#define SECTORS 4u
#define SLOTS (SECTORS * SECTOR / FAILED_SLOT)
#define ADDED 4u

static void require(bool holds)
{
    if (!holds) {
        abort();
    }
}

/* Bit i of `mask`: give slot i the magic, end mark and checksum it needs. */
static void seal_slots(struct ram_flash *ram, uint32_t mask)
{
    for (uint32_t i = 0; i < SLOTS; i++) {
        uint8_t *slot = &ram->array[i * FAILED_SLOT];
        if (mask >> i & 1u) {
            memcpy(slot, "OTX1", 4);
            bytes_put32(slot + 56, ota_crc32(slot, 56));
            bytes_put32(slot + 60, 0);
        }
    }
}

static bool is_somewhere(const struct ram_flash *ram, const uint8_t *digest)
{
    bool found = false;

    for (uint32_t i = 0; i < SLOTS; i++) {
        found = found || memcmp(&ram->array[i * FAILED_SLOT + 8], digest,
                                OTA_DIGEST_SIZE) == 0;
    }
    return found;
}

static void set_digest(uint8_t digest[OTA_DIGEST_SIZE], uint32_t number)
{
    memset(digest, (int)(0xA0 + number), OTA_DIGEST_SIZE);
}

/* True: it is new, so that its entries are the newest. */
static bool add_and_check(struct ring *log, struct ram_flash *ram,
                          uint32_t number)
{
    uint8_t digest[OTA_DIGEST_SIZE];

    set_digest(digest, number);
    bool known = failed_contains(log, digest);
    require(!known || is_somewhere(ram, digest));
    require(failed_add(log, digest, OTA_REASON_TRIAL_FAILED) == OTA_OK);
    require(failed_contains(log, digest) && ram->violations == 0);
    uint32_t operations = ram->operations;
    require(failed_add(log, digest, OTA_REASON_TRIAL_FAILED) == OTA_OK);
    require(ram->operations == operations);
    return !known;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct ram_flash ram;
    struct ring log;
    struct ota_area area = {0, SECTORS * SECTOR};
    uint8_t digest[OTA_DIGEST_SIZE];
    bool added[ADDED] = {false};

    if (size < 4) {
        return 0;
    }
    ram_flash_init(&ram, area.length, SECTOR);
    memcpy(ram.array, data + 4,
           size - 4 < area.length ? size - 4 : area.length);
    seal_slots(&ram, bytes_get32(data));
    for (uint32_t number = 0; number < ADDED; number++) {
        require(failed_open(&log, &ram.port, area) == OTA_OK);
        uint32_t sequence = log.sequence;
        bool over = ring_is_over(&log);
        added[number] = add_and_check(&log, &ram, number);
        if (over || log.sequence < sequence) {
            memset(added, 0, number * sizeof(added[0]));
        }
    }
    require(failed_open(&log, &ram.port, area) == OTA_OK);
    for (uint32_t number = 0; number < ADDED; number++) {
        set_digest(digest, number);
        require(!added[number] || failed_contains(&log, digest));
    }
    return 0;
}
