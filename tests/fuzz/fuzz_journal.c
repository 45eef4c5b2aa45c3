/* SPDX-License-Identifier: MIT */
/*
 * A journal partition of arbitrary contents: it opens, what it says is in
 * range, and it takes a record again, with both copies, breaking no rule of
 * the flash. A prefix of the input seals slots, so that valid records with
 * odd contents come up.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/ram_flash.h"
#include "ota/bytes.h"
#include "ota/crc32.h"
#include "ota/journal.h"

#define SECTOR 512u
#define SLOT 128u

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
            memcpy(slot, i % (SECTOR / SLOT) ? "OTR2" : "OTJ1", 4);
            bytes_put32(slot + 120, ota_crc32(slot, 120));
            bytes_put32(slot + 124, 0);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct ram_flash ram;
    struct journal journal;
    struct ota_area area = {0, 4 * SECTOR};
    struct boot_state state;

    if (size < 4) {
        return 0;
    }
    ram_flash_init(&ram, 4 * SECTOR, SECTOR);
    memcpy(ram.array, data + 4, size - 4 < 4 * SECTOR ? size - 4 : 4 * SECTOR);
    seal_slots(&ram, bytes_get32(data));
    require(journal_open(&journal, &ram.port, area) == OTA_OK);
    require(journal.now.sequence == 0 ||
            (journal.now.slot < OTA_SLOT_COUNT && journal.now.state >= 1 &&
             journal.now.state <= 2 && journal.copies >= 1 &&
             journal.copies <= 2));
    require(ram.operations == 0);
    memset(&state, 0, sizeof(state));
    state.state = OTA_CONFIRMED;
    state.counter = 77;
    int err = journal_append(&journal, &state);
    if (err == OTA_ERR_FULL) {
        return 0;
    }
    require(err == OTA_OK && journal.copies == 2 && ram.violations == 0);
    require(journal_open(&journal, &ram.port, area) == OTA_OK);
    require(journal.now.counter == 77 && journal.copies == 2);
    return 0;
}
