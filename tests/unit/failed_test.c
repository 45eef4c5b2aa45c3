/* SPDX-License-Identifier: MIT */
/*
 * What is remembered of failed images and of the highest offer: under every
 * cut, every torn form, two cuts and words that change later; how many there
 * are; foreign contents.
 */
#include "ota/failed.h"
#include "ota/offers.h"

#include <criterion/criterion.h>
#include <string.h>

#include "ota/bytes.h"
#include "ota/crc32.h"
#include "ram_flash.h"

#define SMALL 512u /* a sector of 8 entries, 4 images */
#define SECTORS 4u
#define IMAGES 14u /* more than there is room for */
#define A_SECTOR (SMALL / FAILED_SLOT / 2)
#define AT_LEAST ((SECTORS - 1) * A_SECTOR)

static void small_flash(struct ram_flash *ram)
{
    ram_flash_init(ram, SECTORS * SMALL, SMALL);
}

static void open_log(struct ring *log, struct ram_flash *ram)
{
    struct ota_area area = {0, ram->size};

    cr_assert_eq(failed_open(log, &ram->port, area), OTA_OK);
}

static const uint8_t *digest_of(uint32_t number)
{
    static uint8_t digest[OTA_DIGEST_SIZE];

    memset(digest, 0x5A, sizeof(digest));
    bytes_put32(digest, number);
    return digest;
}

static bool is_known(const struct ring *log, uint32_t number)
{
    return failed_contains(log, digest_of(number));
}

static int add(struct ring *log, uint32_t number)
{
    return failed_add(log, digest_of(number), OTA_REASON_TRIAL_FAILED);
}

/* Add images from..to until one fails; the last that did not. */
static uint32_t add_range(struct ring *log, uint32_t from, uint32_t to)
{
    for (uint32_t number = from; number <= to; number++) {
        if (add(log, number) != OTA_OK) {
            return number - 1;
        }
        cr_assert(is_known(log, number));
    }
    return to;
}

/* The newest ones before `last`, it included. */
static void expect_known(const struct ring *log, uint32_t last,
                         uint32_t at_least, const char *what, uint32_t at)
{
    for (uint32_t i = 0; i < at_least && i < last; i++) {
        cr_assert(is_known(log, last - i), "%s %u: %u after %u", what, at,
                  last - i, last);
    }
}

static void expect_usable(struct ram_flash *ram, const char *what, uint32_t at)
{
    struct ring log;

    open_log(&log, ram);
    cr_assert_eq(add_range(&log, 201, 210), 210, "%s %u", what, at);
    open_log(&log, ram);
    expect_known(&log, 210, 10, what, at);
    cr_assert_eq(ram->violations, 0, "%s %u", what, at);
}

Test(failed, nothing_is_known_at_first)
{
    struct ram_flash ram;
    struct ring log;

    small_flash(&ram);
    open_log(&log, &ram);
    cr_assert_not(is_known(&log, 1));
    cr_assert_eq(ram.operations, 0);
}

Test(failed, layout_is_the_documented_one)
{
    struct ram_flash ram;
    struct ring log;

    small_flash(&ram);
    open_log(&log, &ram);
    cr_assert_eq(add(&log, 7), OTA_OK);
    for (uint32_t i = 0; i < 2; i++) {
        const uint8_t *entry = &ram.array[i * 64];
        cr_assert_eq(memcmp(entry, "OTX1", 4), 0);
        cr_assert_eq(bytes_get32(entry + 4), i + 1);
        cr_assert_arr_eq(entry + 8, digest_of(7), OTA_DIGEST_SIZE);
        cr_assert_eq(entry[40], OTA_REASON_TRIAL_FAILED);
        cr_assert(bytes_are(entry + 41, 15, 0));
        cr_assert_eq(bytes_get32(entry + 56), ota_crc32(entry, 56));
        cr_assert_eq(bytes_get32(entry + 60), 0);
    }
    cr_assert(bytes_are(&ram.array[128], SMALL - 128, 0xFF));
}

Test(failed, what_is_known_is_not_written_again)
{
    struct ram_flash ram;
    struct ring log;

    small_flash(&ram);
    open_log(&log, &ram);
    cr_assert_eq(add_range(&log, 1, 3), 3);
    uint32_t operations = ram.operations;
    for (uint32_t i = 0; i < 9; i++) {
        cr_assert_eq(add(&log, 1 + i % 3), OTA_OK);
    }
    cr_assert_eq(ram.operations, operations);
}

Test(failed, the_newest_ones_are_known_however_many_there_were)
{
    struct ram_flash ram;
    struct ring log;
    uint32_t most = 0;

    small_flash(&ram);
    for (uint32_t number = 1; number < 5 * IMAGES; number++) {
        uint32_t count = 0;
        open_log(&log, &ram);
        cr_assert_eq(add(&log, number), OTA_OK);
        expect_known(&log, number, AT_LEAST, "image", number);
        for (uint32_t i = 1; i <= number; i++) {
            count += is_known(&log, i);
        }
        most = count > most ? count : most;
    }
    cr_assert_leq(most, SECTORS * A_SECTOR);
    cr_assert_eq(ram.violations, 0);
}

/* The real partition: 96 images at least. */
Test(failed, there_is_room_for_64_images_in_four_sectors)
{
    static struct ram_flash ram;
    struct ring log;

    ram_flash_init(&ram, 16384, 4096);
    open_log(&log, &ram);
    for (uint32_t number = 1; number < 1000; number++) {
        cr_assert_eq(add(&log, number), OTA_OK);
        expect_known(&log, number, 96, "image", number);
    }
}

/* ---- power cuts ------------------------------------------------------------ */

/* Add them all with one operation cut; the last that was added. */
static uint32_t cut_once(uint32_t at, enum ram_form form, struct ram_flash *ram)
{
    struct ring log;

    small_flash(ram);
    ram->seed = at * 31 + form;
    open_log(&log, ram);
    ram->at = at;
    ram->form = form;
    uint32_t done = add_range(&log, 1, IMAGES);
    cr_assert(ram->dead || done == IMAGES);
    ram_flash_power_on(ram);
    return done;
}

static uint32_t operations_of_all(void)
{
    struct ram_flash ram;
    struct ring log;

    small_flash(&ram);
    open_log(&log, &ram);
    cr_assert_eq(add_range(&log, 1, IMAGES), IMAGES);
    return ram.operations;
}

/* A neighbour that a cut disturbs may be of another image, but not both of
 * its entries. */
Test(failed, no_cut_loses_what_was_added)
{
    static struct ram_flash ram;
    struct ring log;
    uint32_t operations = operations_of_all();

    cr_assert_gt(operations, 2 * IMAGES);
    for (uint32_t at = 0; at < operations; at++) {
        for (unsigned form = 0; form < RAM_FORMS; form++) {
            uint32_t done = cut_once(at, (enum ram_form)form, &ram);
            open_log(&log, &ram);
            expect_known(&log, done, AT_LEAST, "cut", at);
            if (ram.weak_length) {
                ram_flash_weak_turns(&ram);
                open_log(&log, &ram);
                expect_known(&log, done, AT_LEAST, "weak", at);
            }
            expect_usable(&ram, "cut", at * 100 + form);
        }
    }
}

/* Cut while it is added, and told again at the next start: whatever the torn
 * entry reads like later, it is known. */
static void cut_twice(uint32_t at, unsigned first, uint32_t again,
                      unsigned second)
{
    static struct ram_flash ram;
    struct ring log;
    uint32_t done = cut_once(at, (enum ram_form)first, &ram);

    open_log(&log, &ram);
    ram.at = again;
    ram.form = (enum ram_form)second;
    bool added = add(&log, done + 1) == OTA_OK;
    ram_flash_power_on(&ram);
    if (ram.weak_length) {
        ram_flash_weak_turns(&ram);
    }
    open_log(&log, &ram);
    expect_known(&log, done + added, AT_LEAST, "two cuts", at * 100 + first);
    expect_usable(&ram, "two cuts", at * 100 + again);
}

Test(failed, nor_do_two_cuts)
{
    uint32_t operations = operations_of_all();

    for (uint32_t at = 0; at < operations; at++) {
        for (unsigned form = 0; form < RAM_FORMS * RAM_FORMS; form++) {
            for (uint32_t again = 0; again < 4; again++) {
                cut_twice(at, form / RAM_FORMS, again, form % RAM_FORMS);
            }
        }
    }
}

Test(failed, a_failed_operation_loses_nothing)
{
    static struct ram_flash ram;
    struct ring log;
    uint32_t operations = operations_of_all();

    for (uint32_t at = 0; at < operations; at++) {
        for (unsigned fault = RAM_FAIL; fault <= RAM_IGNORE; fault++) {
            small_flash(&ram);
            open_log(&log, &ram);
            ram.at = at;
            ram.fault = (enum ram_fault)fault;
            cr_assert_eq(add_range(&log, 1, IMAGES), IMAGES);
            open_log(&log, &ram);
            expect_known(&log, IMAGES, AT_LEAST - A_SECTOR, "fault", at);
            expect_usable(&ram, "fault", at);
        }
    }
}

/* ---- the highest offer ------------------------------------------------------ */

#define OFFERS 11u /* more than there is room for in two small sectors */

static const uint8_t *offer_of(uint32_t number)
{
    static uint8_t bytes[DESCRIPTOR_SIZE];

    memset(bytes, (int)number, sizeof(bytes));
    return bytes;
}

/* Its number; 0 for none. */
static uint32_t open_offers(struct ring *log, struct ram_flash *ram)
{
    struct ota_area area = {0, ram->size};
    uint8_t bytes[DESCRIPTOR_SIZE] = {0};

    cr_assert_eq(offers_open(log, &ram->port, area), OTA_OK);
    (void)offers_newest(log, bytes);
    cr_assert(bytes_are(bytes, sizeof(bytes), bytes[0]));
    return bytes[0];
}

static uint32_t keep_range(struct ring *log, uint32_t from, uint32_t to)
{
    for (uint32_t number = from; number <= to; number++) {
        if (offers_keep(log, offer_of(number)) != OTA_OK) {
            return number - 1;
        }
    }
    return to;
}

static uint32_t keep_all(struct ram_flash *ram, uint32_t at, enum ram_form form)
{
    struct ring log;

    ram_flash_init(ram, 2 * 1024, 1024);
    ram->seed = at * 31 + form;
    (void)open_offers(&log, ram);
    ram->at = at;
    ram->form = form;
    return keep_range(&log, 1, OFFERS);
}

/* Once it was kept it is the highest, whatever reads otherwise later. One
 * that a cut came upon may be it or not, and is kept again. */
Test(failed, no_cut_takes_the_highest_offer_back)
{
    static struct ram_flash ram;
    struct ring log;

    cr_assert_eq(keep_all(&ram, RAM_FLASH_NEVER, RAM_BEFORE), OFFERS);
    uint32_t operations = ram.operations;
    for (uint32_t at = 0; at < operations; at++) {
        for (unsigned form = 0; form < RAM_FORMS; form++) {
            uint32_t done = keep_all(&ram, at, (enum ram_form)form);
            ram_flash_power_on(&ram);
            uint32_t found = open_offers(&log, &ram);
            cr_assert(found == done || found == done + 1, "cut %u %u: %u %u",
                      at, form, found, done);
            cr_assert_eq(offers_keep(&log, offer_of(found)), OTA_OK);
            if (ram.weak_length) {
                ram_flash_weak_turns(&ram);
            }
            cr_assert_geq(open_offers(&log, &ram), found, "cut %u %u", at,
                          form);
            cr_assert_eq(keep_range(&log, 50, 60), 60);
            cr_assert_eq(open_offers(&log, &ram), 60);
            cr_assert_eq(ram.violations, 0);
        }
    }
}

Test(failed, an_offer_that_is_kept_is_not_written_again)
{
    struct ram_flash ram;
    struct ring log;

    (void)keep_all(&ram, RAM_FLASH_NEVER, RAM_BEFORE);
    cr_assert_eq(open_offers(&log, &ram), OFFERS);
    uint32_t operations = ram.operations;
    cr_assert_eq(offers_keep(&log, offer_of(OFFERS)), OTA_OK);
    cr_assert_eq(ram.operations, operations);
    cr_assert_eq(offers_keep(&log, offer_of(OFFERS - 1)), OTA_OK);
    cr_assert_eq(open_offers(&log, &ram), OFFERS - 1, "made the newest again");
}
