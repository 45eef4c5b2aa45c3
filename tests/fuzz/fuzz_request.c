/* SPDX-License-Identifier: MIT */
/* A request partition of arbitrary contents: it is read, and takes another
 * request, which is then the latest. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/ram_flash.h"
#include "ota/bytes.h"
#include "ota/crc32.h"
#include "ota/request.h"

#define SECTOR 256u
#define SLOT 64u

static void require(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void seal_slots(struct ram_flash *ram, uint8_t mask)
{
    for (uint32_t i = 0; i < ram->size / SLOT; i++) {
        uint8_t *slot = &ram->array[i * SLOT];
        if (mask >> i & 1u) {
            memcpy(slot, "OTQ1", 4);
            bytes_put32(slot + 56, ota_crc32(slot, 56));
            bytes_put32(slot + 60, 0);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct ram_flash ram;
    struct ota_area area = {0, 2 * SECTOR};
    struct request request;

    if (size < 3) {
        return 0;
    }
    ram_flash_init(&ram, 2 * SECTOR, SECTOR);
    memcpy(ram.array, data + 3, size - 3 < 2 * SECTOR ? size - 3 : 2 * SECTOR);
    seal_slots(&ram, data[0]);
    require(request_latest(&ram.port, area, &request) == OTA_OK);
    uint32_t before = request.sequence;
    uint16_t dealt = (uint16_t)(data[1] | data[2] << 8);
    require(ram.operations == 0);
    request.kind = OTA_REQUEST_CONFIRM;
    request.number = 77;
    require(request_append(&ram.port, area, request_next(before, dealt),
                           &request) == OTA_OK);
    require(ram.violations == 0);
    /* The numbers may have started again. */
    require(request_is_new(&request, dealt));
    require(request_latest(&ram.port, area, &request) == OTA_OK);
    require(request.number == 77);
    return 0;
}
