/* SPDX-License-Identifier: MIT */
/* Requests under every power cut, flipped bits and failing operations. */
#include "ota/request.h"

#include <criterion/criterion.h>
#include <string.h>

#include "ota/bytes.h"
#include "ota/crc32.h"
#include "ram_flash.h"

#define SECTOR 512u /* 8 slots: sectors change often */

static struct ota_area whole(const struct ram_flash *ram)
{
    struct ota_area area = {0, 2 * ram->port.sector_size};

    return area;
}

static struct request make_request(uint32_t number)
{
    struct request request = {.kind = (uint8_t)(number % 3 + 1),
                              .slot = number % 2,
                              .number = number};

    memset(request.digest, (int)number, OTA_DIGEST_SIZE);
    return request;
}

/* Number of the latest request, 0 when there is none; all fields compared. */
static uint32_t latest(struct ram_flash *ram)
{
    struct request found;

    cr_assert_eq(request_latest(&ram->port, whole(ram), &found), OTA_OK);
    if (found.sequence == 0) {
        return 0;
    }
    struct request want = make_request(found.number);
    cr_assert_eq(found.kind, want.kind);
    cr_assert_eq(found.slot, want.slot);
    cr_assert_eq(memcmp(found.digest, want.digest, OTA_DIGEST_SIZE), 0);
    return found.number;
}

/* Append requests from..to until one fails. Returns the last that did not. */
static uint32_t append_range(struct ram_flash *ram, uint32_t from, uint32_t to)
{
    for (uint32_t number = from; number <= to; number++) {
        struct request request = make_request(number);
        if (request_append(&ram->port, whole(ram), 0, &request) != OTA_OK) {
            return number - 1;
        }
    }
    return to;
}

Test(request, blank_flash_holds_none)
{
    struct ram_flash ram;

    ram_flash_init(&ram, 2 * SECTOR, SECTOR);
    cr_assert_eq(latest(&ram), 0);
    cr_assert_eq(ram.operations, 0);
}

Test(request, layout_is_the_documented_one)
{
    struct ram_flash ram;

    ram_flash_init(&ram, 2 * SECTOR, SECTOR);
    (void)append_range(&ram, 4, 5);
    const uint8_t *slot = &ram.array[64];
    cr_assert_eq(memcmp(slot, "OTQ1", 4), 0);
    cr_assert_eq(bytes_get32(slot + 4), 2);
    cr_assert_eq(slot[8], OTA_REQUEST_COMMIT);
    cr_assert_eq(slot[9], 1);
    cr_assert_eq(bytes_get16(slot + 10), 0);
    cr_assert_eq(bytes_get32(slot + 12), 5);
    cr_assert_eq(slot[16], 5);
    cr_assert(bytes_are(slot + 48, 8, 0));
    cr_assert_eq(bytes_get32(slot + 56), ota_crc32(slot, 56));
    cr_assert_eq(bytes_get32(slot + 60), 0);
}

Test(request, numbers_start_where_boot_info_says)
{
    struct ram_flash ram;
    struct request request = make_request(1);

    ram_flash_init(&ram, 2 * SECTOR, SECTOR);
    cr_assert_eq(request_append(&ram.port, whole(&ram), 700, &request), 0);
    cr_assert_eq(request.sequence, 700);
    cr_assert_eq(request_append(&ram.port, whole(&ram), 3, &request), 0);
    cr_assert_eq(request.sequence, 701);
}

Test(request, a_partition_that_is_too_small_is_refused)
{
    struct ram_flash ram;
    struct request request = make_request(1);
    struct ota_area area = {0, SECTOR};

    ram_flash_init(&ram, 2 * SECTOR, SECTOR);
    cr_assert_eq(request_latest(&ram.port, area, &request), OTA_ERR_RANGE);
    cr_assert_eq(request_append(&ram.port, area, 0, &request), OTA_ERR_RANGE);
}

Test(request, sectors_take_turns)
{
    struct ram_flash ram;

    ram_flash_init(&ram, 2 * SECTOR, SECTOR);
    for (uint32_t number = 1; number <= 60; number++) {
        cr_assert_eq(append_range(&ram, number, number), number);
        cr_assert_eq(latest(&ram), number);
    }
    cr_assert_eq(ram.violations, 0);
}

static uint32_t count_operations(uint32_t count)
{
    struct ram_flash ram;

    ram_flash_init(&ram, 2 * SECTOR, SECTOR);
    cr_assert_eq(append_range(&ram, 1, count), count);
    return ram.operations;
}

Test(request, a_cut_anywhere_leaves_the_old_or_the_new_one)
{
    uint32_t operations = count_operations(20);

    for (uint32_t at = 0; at < operations; at++) {
        for (unsigned form = 0; form < RAM_FORMS; form++) {
            struct ram_flash ram;
            ram_flash_init(&ram, 2 * SECTOR, SECTOR);
            ram.at = at;
            ram.form = (enum ram_form)form;
            ram.seed = at * 31 + form;
            uint32_t last = append_range(&ram, 1, 20);
            ram_flash_power_on(&ram);
            uint32_t seen = latest(&ram);
            cr_assert(seen == last || seen == last + 1,
                      "cut %u form %u: %u after %u", at, form, seen, last);
            cr_assert_eq(append_range(&ram, 100, 100), 100);
            ram_flash_weak_turns(&ram);
            cr_assert_eq(latest(&ram), 100, "cut %u form %u", at, form);
            cr_assert_eq(append_range(&ram, 101, 125), 125);
            cr_assert_eq(latest(&ram), 125);
            cr_assert_eq(ram.violations, 0, "cut %u form %u: flash rules", at,
                         form);
        }
    }
}

Test(request, a_flipped_bit_never_makes_another_request)
{
    struct ram_flash sound;

    ram_flash_init(&sound, 2 * SECTOR, SECTOR);
    (void)append_range(&sound, 1, 10);
    for (uint32_t bit = 0; bit < 2 * SECTOR * 8; bit++) {
        struct ram_flash ram = sound;
        ram_flash_moved(&ram);
        ram.array[bit / 8] ^= (uint8_t)(1u << bit % 8);
        uint32_t seen = latest(&ram);
        cr_assert(seen == 10 || seen == 9, "bit %u: %u", bit, seen);
        cr_assert_eq(append_range(&ram, 30, 30), 30);
        cr_assert_eq(latest(&ram), 30, "bit %u", bit);
        cr_assert_eq(ram.violations, 0);
    }
}

Test(request, failing_operations_are_repeated_or_reported)
{
    uint32_t operations = count_operations(20);

    for (uint32_t at = 0; at < operations; at++) {
        for (unsigned fault = RAM_FAIL; fault <= RAM_IGNORE; fault++) {
            struct ram_flash ram;
            ram_flash_init(&ram, 2 * SECTOR, SECTOR);
            ram.at = at;
            ram.fault = (enum ram_fault)fault;
            uint32_t last = append_range(&ram, 1, 20);
            cr_assert_eq(last, 20, "fault %u at %u", fault, at);
            cr_assert_eq(latest(&ram), last, "fault %u at %u", fault, at);
            cr_assert_eq(append_range(&ram, 50, 70), 70);
            cr_assert_eq(latest(&ram), 70, "fault %u at %u", fault, at);
        }
    }
}

Test(request, numbers_that_leave_no_room_are_not_valid)
{
    struct ram_flash ram;

    ram_flash_init(&ram, 2 * SECTOR, SECTOR);
    (void)append_range(&ram, 1, 1);
    uint8_t *slot = &ram.array[64];
    memcpy(slot, ram.array, 64);
    bytes_put32(slot + 4, UINT32_MAX);
    slot[12] = 2;
    bytes_put32(slot + 56, ota_crc32(slot, 56));
    cr_assert_eq(latest(&ram), 1);
}

/* The highest number in sector `sector`, others around it. */
static void use_up_numbers(struct ram_flash *ram, unsigned sector)
{
    struct request last = make_request(3);

    (void)append_range(ram, 1, sector ? 8 : 2);
    cr_assert_eq(request_append(&ram->port, whole(ram), 0xFFFF0000u, &last), 0);
    cr_assert_eq(last.sequence, 0xFFFF0000u);
    cr_assert_eq(latest(ram), 3);
}

/* A hostile image may have asked with the highest number there is. */
Test(request, numbers_that_are_used_up_start_again)
{
    for (unsigned sector = 0; sector < 2; sector++) {
        for (uint32_t dealt = 0; dealt <= 0xFFFF; dealt += 0x3333) {
            struct ram_flash ram;
            struct request request = make_request(9);
            uint32_t first = request_next(0xFFFF0000u, (uint16_t)dealt);
            ram_flash_init(&ram, 2 * SECTOR, SECTOR);
            use_up_numbers(&ram, sector);
            cr_assert_eq(
                request_append(&ram.port, whole(&ram), first, &request), 0);
            cr_assert_eq(latest(&ram), 9);
            cr_assert_leq(request.sequence, 0x10000);
            cr_assert(request_is_new(&request, (uint16_t)dealt));
            request = make_request(10);
            cr_assert_eq(
                request_append(&ram.port, whole(&ram), first, &request), 0);
            cr_assert_eq(latest(&ram), 10);
            cr_assert(request_is_new(&request, (uint16_t)dealt));
            cr_assert_eq(ram.violations, 0);
        }
    }
}

/* Whatever number lies there, and whatever was dealt with last: what is asked
 * for next is new, and so is what comes after it. */
Test(request, the_next_one_is_new_whatever_lies_there)
{
    static const uint32_t lying[] = {1,          0x7FFF,     0x8000,
                                     0xFFFF,     0x10000,    0x12348001,
                                     0xFFFEFFE0, 0xFFFEFFFF, 0xFFFF0000};

    for (size_t i = 0; i < sizeof(lying) / sizeof(lying[0]); i++) {
        for (uint32_t dealt = 0; dealt <= 0xFFFF; dealt += 0x0F0F) {
            struct ram_flash ram;
            struct request request = make_request(0);
            uint32_t first = request_next(lying[i], (uint16_t)dealt);
            ram_flash_init(&ram, 2 * SECTOR, SECTOR);
            cr_assert_eq(
                request_append(&ram.port, whole(&ram), lying[i], &request), 0);
            for (uint32_t number = 1; number <= 3; number++) {
                request = make_request(number);
                cr_assert_eq(
                    request_append(&ram.port, whole(&ram), first, &request), 0);
                cr_assert_eq(latest(&ram), number);
                cr_assert(request_is_new(&request, (uint16_t)dealt),
                          "0x%08x after 0x%08x, dealt with 0x%04x",
                          request.sequence, lying[i], dealt);
            }
        }
    }
}

/* An erase that does nothing and says that it was done. */
Test(request, a_slot_that_is_not_blank_is_never_programmed)
{
    for (uint32_t at = 0; at < 3; at++) {
        struct ram_flash ram;
        struct request request = make_request(7);
        ram_flash_init(&ram, 2 * SECTOR, SECTOR);
        memset(ram.array, 0, sizeof(ram.array));
        ram.fault = RAM_IGNORE;
        ram.at = at;
        cr_assert_eq(request_append(&ram.port, whole(&ram), 0, &request), 0);
        cr_assert_eq(latest(&ram), 7);
        cr_assert_eq(ram.violations, 0);
    }
}

Test(request, newer_is_counted_modulo_65536)
{
    static const struct {
        uint32_t sequence;
        uint16_t dealt;
        bool is_new;
    } cases[] = {
        {0, 5, false},       {1, 0, true},          {5, 5, false},
        {6, 5, true},        {4, 5, false},         {0x10001, 0xFFFF, true},
        {0x10000, 0, false}, {0xFFFF, 0x10, false}, {0x7FFF, 0, true},
    };

    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct request request = {.sequence = cases[i].sequence};
        cr_assert_eq(request_is_new(&request, cases[i].dealt), cases[i].is_new,
                     "case %u", i);
    }
}

Test(request, the_next_number_is_above_and_newer)
{
    static const uint32_t numbers[] = {0,      1,      77,      0x7FFF,
                                       0x8000, 0xFFFF, 0x10000, 0x12345};

    for (unsigned i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        for (uint32_t dealt = 0; dealt <= 0xFFFF; dealt += 0x333) {
            struct request next = {
                .sequence = request_next(numbers[i], (uint16_t)dealt)};
            cr_assert_gt(next.sequence, numbers[i]);
            cr_assert_leq(next.sequence, numbers[i] + 0x10000);
            cr_assert(request_is_new(&next, (uint16_t)dealt), "%u after %u",
                      next.sequence, dealt);
        }
    }
}
