/* SPDX-License-Identifier: MIT */
/*
 * A progress partition of arbitrary contents: it opens, what it says is in
 * range, it takes records again without breaking a rule of the flash, and the
 * sector of the record in force is not erased for it. A prefix of the input
 * seals slots, so that valid records with odd contents come up.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/ram_flash.h"
#include "ota/agent_why.h"
#include "ota/bytes.h"
#include "ota/crc32.h"
#include "ota/progress.h"

#define SECTOR 512u
#define SECTORS 4u
#define SLOT PROGRESS_RECORD

static void require(bool holds)
{
    if (!holds) {
        abort();
    }
}

/* Bit i of `mask`: give slot i the magic, end mark and checksum it needs. */
static void seal_slots(struct ram_flash *ram, uint32_t mask)
{
    for (uint32_t i = 0; i < ram->size / SLOT; i++) {
        uint8_t *slot = &ram->array[i * SLOT];
        if (mask >> i & 1u) {
            memcpy(slot, "OTP1", 4);
            if (mask >> 31) { /* nothing that would be out of range */
                slot[8] &= 3u;
                slot[11] &= 1u;
                slot[13] &= 1u;
                slot[14] &= 1u;
                slot[15] &= 1u;
                slot[36] &= 7u;
            }
            bytes_put32(slot + 120, ota_crc32(slot, 120));
            bytes_put32(slot + 124, 0);
        }
    }
}

static void check_state(const struct progress *now)
{
    require(now->sequence == 0 ||
            (now->state <= AGENT_STATE_UPDATING && now->slot <= OTA_SLOT_B &&
             now->reported <= 1 && now->excused <= 1 && now->final <= 1 &&
             now->etag.length <= COAP_ETAG));
}

static void append(struct progress_log *log, struct ram_flash *ram,
                   uint32_t number)
{
    static uint8_t before[SLOT];
    struct progress next = log->now;
    uint32_t at = log->ring.at;
    uint32_t sequence = log->now.sequence;
    bool anew = ring_is_over(&log->ring);

    memcpy(before, &ram->array[at * SLOT], SLOT);
    next.written = log->now.written + 1 + number;
    require(progress_append(log, &next) == OTA_OK);
    require(log->now.written == next.written && ram->violations == 0);
    if (sequence > 0 && !anew) {
        require(log->now.sequence > sequence && log->ring.at != at);
        require(memcmp(before, &ram->array[at * SLOT], SLOT) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct ram_flash ram;
    struct progress_log log;
    struct ota_area area = {0, SECTORS * SECTOR};

    if (size < 4) {
        return 0;
    }
    ram_flash_init(&ram, area.length, SECTOR);
    memcpy(ram.array, data + 4,
           size - 4 < area.length ? size - 4 : area.length);
    seal_slots(&ram, bytes_get32(data));
    require(progress_open(&log, &ram.port, area) == OTA_OK);
    require(ram.operations == 0);
    check_state(&log.now);
    for (uint32_t number = 0; number < 6; number++) {
        append(&log, &ram, number);
        uint32_t written = log.now.written;
        uint32_t sequence = log.now.sequence;
        require(progress_open(&log, &ram.port, area) == OTA_OK);
        require(log.now.written == written && log.now.sequence == sequence);
    }
    return 0;
}
