/* SPDX-License-Identifier: MIT */
/*
 * The adapter against arbitrary flash: nothing may crash, the short way to
 * the record in force agrees with the long one, and what it calls valid and
 * in force really carries the highest valid sequence. To get past the
 * checksums, the input's first byte says how many slots are sealed rightly.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "image/bytes.h"
#include "oracle/decode.h"

#define SECTOR FLASH_SECTOR
#define SIZE (12u * SECTOR)

static const struct board_map map = {
    .count = 4,
    .part = {{"journal", 0, 4 * SECTOR},
             {"requests", 4 * SECTOR, 2 * SECTOR},
             {"slot-a", 6 * SECTOR, 3 * SECTOR},
             {"slot-b", 9 * SECTOR, 3 * SECTOR}},
};

static uint8_t flash[SIZE];
static struct boot_view view;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void seal(uint8_t *slot, uint32_t length, uint32_t magic)
{
    put_le32(slot, magic);
    put_le32(slot + LAYOUT_CRC_AT(length),
             layout_crc32(slot, LAYOUT_CRC_AT(length)));
    put_le32(slot + LAYOUT_END_AT(length), LAYOUT_END_MARK);
}

/* Deal the input out to the regions, so that small ones reach them all. */
static void fill(const uint8_t *data, size_t size)
{
    static const uint32_t starts[] = {SECTOR / 32, SECTOR + SECTOR / 32,
                                      2 * SECTOR,  4 * SECTOR,
                                      6 * SECTOR,  9 * SECTOR};
    size_t count = sizeof starts / sizeof starts[0];
    size_t part = size / count;

    memset(flash, 0xff, sizeof flash);
    for (size_t i = 0; i < count; i++) {
        size_t room = 2 * SECTOR;
        memcpy(flash + starts[i], data + i * part, part < room ? part : room);
    }
}

static void seal_some(uint8_t how)
{
    for (unsigned i = 0; i < LAYOUT_JOURNAL_SECTORS; i++) {
        if ((how >> i & 1) != 0) {
            seal(flash + i * SECTOR, LAYOUT_RECORD_SIZE, LAYOUT_HEADER_MAGIC);
        }
        for (unsigned n = 1; n <= (how >> 4 & 3u); n++) {
            seal(flash + i * SECTOR + n * LAYOUT_RECORD_SIZE,
                 LAYOUT_RECORD_SIZE, LAYOUT_RECORD_MAGIC);
        }
    }
    for (unsigned n = 0; n < (how >> 6 & 3u); n++) {
        seal(flash + 4 * SECTOR + n * LAYOUT_REQUEST_SIZE, LAYOUT_REQUEST_SIZE,
             LAYOUT_REQUEST_MAGIC);
    }
}

static void require(bool true_here)
{
    if (!true_here) {
        abort();
    }
}

static void check_in_force(void)
{
    struct journal_record now;
    bool found = decode_in_force(flash, SIZE, &map, &now);

    require(found == (view.in_force >= 0));
    for (unsigned i = 0; i < view.records; i++) {
        const struct journal_record *record = &view.record[i];
        if (record->status == DECODE_VALID) {
            require(found && record->sequence <= now.sequence);
            require(view.sector[record->sector].header == DECODE_VALID);
        }
        require(!record->in_force || record->status == DECODE_VALID);
    }
    if (found) {
        const struct journal_record *best = &view.record[view.in_force];
        require(memcmp(best, &now, sizeof now) == 0);
        require(best->slot <= JOURNAL_SLOT_RECOVERY && view.copies >= 1);
    }
}

static void check_image(const struct place_view *place)
{
    const struct image_facts *image = &place->image;

    require(image->total_size <= place->length);
    for (unsigned i = 0; i < image->entries; i++) {
        require(image->entry[i].offset <= place->length &&
                image->entry[i].length <=
                    place->length - image->entry[i].offset);
    }
    if (image->result == IMAGE_READ_FINE) {
        require(memcmp(image->said, image->computed, 32) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuse_view fuses;
    uint32_t words[OTP_WORDS] = {0};

    if (size < 2) {
        return 0;
    }
    fill(data + 1, size - 1);
    seal_some(data[0]);
    require(decode_flash(flash, SIZE, &map, &view) == 0);
    check_in_force();
    check_image(&view.place[PLACE_SLOT_A]);
    check_image(&view.place[PLACE_SLOT_B]);
    memcpy(words, data, size < sizeof words ? size : sizeof words);
    decode_fuses(words, &fuses);
    require(fuses.counter.value <= OTP_COUNTER_BITS);
    return 0;
}
