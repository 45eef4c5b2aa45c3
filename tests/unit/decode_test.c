/* SPDX-License-Identifier: MIT */
/*
 * The adapter on golden bytes: each array below was typed from the tables of
 * docs/flash-layout.md, its checksum computed by another program (zlib).
 */
#include "oracle/decode.h"

#include "base/diag.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECTOR 4096u
#define JOURNAL 0x1000u
#define REQUESTS 0x5000u
#define SLOT_A 0x7000u
#define FLASH_END 0x9000u

static const struct board_map map = {
    .count = 3,
    .part = {{"journal", JOURNAL, 4 * SECTOR},
             {"requests", REQUESTS, 2 * SECTOR},
             {"slot-a", SLOT_A, 2 * SECTOR}},
};

/* clang-format off */

/* A sector whose slot 1 has sequence 4. */
static const uint8_t header_4[128] = {
    [0] = 'O', 'T', 'J', '1',              /* magic */
    [4] = 4, 0, 0, 0,                      /* first sequence */
    [120] = 0xe8, 0x83, 0xc9, 0x8b,        /* crc32 */
    [124] = 0, 0, 0, 0,                    /* end mark */
};

/* Sequence 4: slot A, confirmed, counter 6. */
static const uint8_t record_4[128] = {
    [0] = 'O', 'T', 'R', '2', [4] = 4, 0, 0, 0,
    [8] = 0, 1, 0, 0,                      /* slot, state, left, reason */
    [12] = 6, 0, 0, 0,                     /* counter, rounds, losses */
    [16 ... 47] = 0x11,                    /* image */
    [48 ... 79] = 0x22, [80 ... 111] = 0x33, /* rejected */
    [112] = 6, 1,                          /* why the first; flags */
    [114] = 0x01, 0x01,                    /* request */
    [116] = 9, 0, 0, 0,                    /* release */
    [120] = 0x94, 0xe6, 0x2e, 0xaa, [124] = 0, 0, 0, 0,
};

/* Sequence 5: slot B on trial, 2 attempts left, reason 14, counter 7. */
static const uint8_t record_5[128] = {
    [0] = 'O', 'T', 'R', '2', [4] = 5, 0, 0, 0,
    [8] = 1, 2, 2, 14,
    [12] = 7, 0, 3, 2,
    [16 ... 47] = 0x11,
    [48 ... 79] = 0x22, [80 ... 111] = 0x33,
    [112] = 6, 4,
    [114] = 0x02, 0x01,
    [116] = 10, 0, 0, 0,
    [120] = 0xb2, 0x88, 0x21, 0xd7, [124] = 0, 0, 0, 0,
};

/* Sequence 0x00010103: confirm slot B. */
static const uint8_t request_3[64] = {
    [0] = 'O', 'T', 'Q', '1', [4] = 0x03, 0x01, 0x01, 0,
    [8] = 2, 1,                            /* kind, slot */
    [12] = 0, 0, 0, 0,                     /* number */
    [16 ... 47] = 0x11,                    /* image */
    [56] = 0x40, 0x48, 0x3a, 0x95,         /* crc32 */
    [60] = 0, 0, 0, 0,
};

/* clang-format on */

static uint8_t flash[FLASH_END];
static struct boot_view view;

static uint8_t *record_at(unsigned sector, unsigned index)
{
    return flash + JOURNAL + sector * SECTOR + index * 128;
}

static void put_headers(unsigned first, unsigned last)
{
    for (unsigned i = first; i <= last; i++) {
        memcpy(record_at(i, 0), header_4, sizeof header_4);
    }
}

static void erased(void)
{
    memset(flash, 0xff, sizeof flash);
}

static void set_sequence(uint8_t *slot, uint32_t sequence)
{
    for (unsigned i = 0; i < 4; i++) {
        slot[4 + i] = (uint8_t)(sequence >> 8 * i);
    }
}

/* Bank 0 with record 4 in both copies, as after a provisioning. */
static void one_record(void)
{
    erased();
    put_headers(0, 1);
    memcpy(record_at(0, 1), record_4, 128);
    memcpy(record_at(1, 1), record_4, 128);
}

static void decode(void)
{
    struct journal_record now;

    cr_assert_eq(decode_flash(flash, sizeof flash, &map, &view), 0);
    /* The short way must agree with the long one. */
    bool found = decode_in_force(flash, sizeof flash, &map, &now);
    cr_assert_eq(found, view.in_force >= 0);
    if (found) {
        cr_assert_arr_eq(&now, &view.record[view.in_force], sizeof now);
    }
}

static const struct journal_record *in_force(void)
{
    cr_assert_geq(view.in_force, 0);
    return &view.record[view.in_force];
}

static enum decode_status status_at(unsigned sector, unsigned index)
{
    return (enum decode_status)view.record[sector * view.slots + index - 1]
        .status;
}

Test(decode, an_erased_flash_says_nothing, .init = erased)
{
    decode();
    cr_expect_eq(view.sectors, 4);
    cr_expect_eq(view.records, 124);
    cr_expect_eq(view.requests, 128);
    cr_expect_eq(view.in_force, -1);
    cr_expect_eq(view.newest, -1);
    cr_expect_not(view.pending);
    cr_expect_eq(view.sector[0].header, DECODE_BLANK);
    cr_expect(view.place[PLACE_SLOT_A].present);
    cr_expect(view.place[PLACE_SLOT_A].blank);
    cr_expect_not(view.place[PLACE_SLOT_B].present);
}

Test(decode, every_field_of_a_record, .init = one_record)
{
    decode();
    const struct journal_record *now = in_force();
    cr_expect_eq(now->address, JOURNAL + 128);
    cr_expect_eq(now->sequence, 4);
    cr_expect_eq(now->slot, JOURNAL_SLOT_A);
    cr_expect_eq(now->state, JOURNAL_CONFIRMED);
    cr_expect_eq(now->attempts, 0);
    cr_expect_eq(now->counter, 6);
    cr_expect_eq(now->request, 0x0101);
    cr_expect_eq(now->digest[0], 0x11);
    cr_expect_eq(now->digest[31], 0x11);
    cr_expect_eq(now->rejected[0][0], 0x22);
    cr_expect_eq(now->rejected[1][31], 0x33);
    cr_expect_eq(now->rejected_reason, 6);
    cr_expect_eq(now->rounds, 0);
    cr_expect_eq(now->losses, 0);
    cr_expect_eq(now->flags, JOURNAL_ASKED);
    cr_expect_eq(now->release, 9);
    cr_expect_eq(view.copies, 2);
    cr_expect_not(view.disputed);
    cr_expect_eq(view.sector[0].first, 4);
    cr_expect_eq(view.sector[0].used, 1);
    cr_expect(view.record[view.slots].in_force);
}

Test(decode, the_highest_sequence_wins, .init = one_record)
{
    memcpy(record_at(1, 2), record_5, 128);
    decode();
    cr_expect_eq(in_force()->sequence, 5);
    cr_expect_eq(in_force()->slot, JOURNAL_SLOT_B);
    cr_expect_eq(in_force()->state, JOURNAL_TRIAL);
    cr_expect_eq(in_force()->attempts, 2);
    cr_expect_eq(in_force()->reason, 14);
    cr_expect_eq(view.copies, 1);
    cr_expect_not(view.record[0].in_force);
}

/* A place before the older record does not matter, nor does the bank. */
Test(decode, wherever_it_stands)
{
    erased();
    put_headers(0, 3);
    memcpy(record_at(3, 2), record_5, 128);
    memcpy(record_at(0, 1), record_4, 128);
    decode();
    cr_expect_eq(in_force()->sequence, 5);
    cr_expect_eq(in_force()->address, JOURNAL + 3 * SECTOR + 2 * 128);
    memset(record_at(3, 2), 0xff, 128);
    memcpy(record_at(3, 3), record_5, 128);
    decode();
    cr_expect_eq(in_force()->sequence, 4, "5 belongs into slot 2");
}

Test(decode, every_single_bit_counts, .init = one_record)
{
    memcpy(record_at(0, 2), record_5, 128);
    for (unsigned bit = 0; bit < 128 * 8; bit++) {
        struct journal_record now;
        record_at(0, 2)[bit / 8] ^= (uint8_t)(1u << bit % 8);
        cr_assert(decode_in_force(flash, sizeof flash, &map, &now));
        cr_assert_eq(now.sequence, 4, "bit %u", bit);
        record_at(0, 2)[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    decode();
    cr_expect_eq(in_force()->sequence, 5);
}

Test(decode, says_why_a_record_is_not_valid, .init = one_record)
{
    /* Programmed up to byte 64 only. */
    memcpy(record_at(0, 2), record_5, 64);
    memcpy(record_at(0, 3), record_5, 128);
    record_at(0, 3)[0] = 0;
    memcpy(record_at(0, 4), record_5, 128);
    record_at(0, 4)[11] = 0;
    memcpy(record_at(0, 5), record_5, 128);
    record_at(0, 5)[127] = 1;
    /* slot 3, state 3 and recovery on trial, each with the checksum that belongs to it */
    memcpy(record_at(0, 6), record_5, 128);
    record_at(0, 6)[8] = 3;
    memcpy(record_at(0, 6) + 120, "\xcc\xe8\xd1\xb4", 4);
    memcpy(record_at(0, 7), record_5, 128);
    record_at(0, 7)[9] = 3;
    memcpy(record_at(0, 7) + 120, "\x1c\x58\x9f\x41", 4);
    memcpy(record_at(0, 8), record_5, 128);
    record_at(0, 8)[8] = 2;
    memcpy(record_at(0, 8) + 120, "\xf3\xd8\x29\x85", 4);
    decode();
    cr_expect_eq(status_at(0, 1), DECODE_VALID);
    cr_expect_eq(status_at(0, 2), DECODE_TORN);
    cr_expect_eq(status_at(0, 3), DECODE_BAD_MAGIC);
    cr_expect_eq(status_at(0, 4), DECODE_BAD_CRC);
    cr_expect_eq(status_at(0, 5), DECODE_BAD_END);
    cr_expect_eq(status_at(0, 6), DECODE_BAD_FIELD);
    cr_expect_eq(status_at(0, 7), DECODE_BAD_FIELD);
    cr_expect_eq(status_at(0, 8), DECODE_BAD_FIELD);
    cr_expect_eq(status_at(0, 9), DECODE_BLANK);
    cr_expect_eq(in_force()->sequence, 4);
    cr_expect_eq(view.sector[0].used, 8);
}

Test(decode, a_sector_without_header_holds_nothing, .init = one_record)
{
    memcpy(record_at(2, 2), record_5, 128);
    decode();
    cr_expect_eq(in_force()->sequence, 4);
    cr_expect_eq(status_at(2, 2), DECODE_NO_HEADER);
    put_headers(2, 2);
    record_at(2, 0)[4] ^= 1;
    decode();
    cr_expect_eq(view.sector[2].header, DECODE_BAD_CRC);
    cr_expect_eq(in_force()->sequence, 4);
    put_headers(2, 2);
    decode();
    cr_expect_eq(in_force()->sequence, 5);
}

/* Two valid records of one sequence that differ: somebody else wrote one. */
Test(decode, a_dispute_is_seen, .init = one_record)
{
    static const uint8_t other_crc[4] = {0xe6, 0x5f, 0xe2, 0xc5};
    uint8_t *copy = record_at(1, 1);

    copy[11] = 14;
    memcpy(copy + 120, other_crc, 4);
    decode();
    cr_assert_eq(status_at(1, 1), DECODE_VALID);
    cr_expect(view.disputed);
    cr_expect_eq(view.copies, 1);
}

Test(decode, requests, .init = one_record)
{
    static const uint8_t request_max_crc[4] = {0x23, 0x09, 0x2c, 0x60};
    static const uint8_t request_kind_crc[4] = {0xea, 0xd0, 0x89, 0xde};

    memcpy(flash + REQUESTS + 64, request_3, 64);
    decode();
    cr_assert_geq(view.newest, 0);
    const struct request_record *request = &view.request[view.newest];
    cr_expect_eq(request->address, REQUESTS + 64);
    cr_expect_eq(request->sequence, 0x00010103);
    cr_expect_eq(request->kind, REQUEST_CONFIRM);
    cr_expect_eq(request->slot, JOURNAL_SLOT_B);
    cr_expect_eq(request->digest[31], 0x11);
    cr_expect(view.pending);
    /* Torn; and of a sequence that does not exist. */
    memcpy(flash + REQUESTS, request_3, 20);
    memcpy(flash + REQUESTS + SECTOR, request_3, 64);
    set_sequence(flash + REQUESTS + SECTOR, 0xffff0001u);
    memcpy(flash + REQUESTS + SECTOR + 56, request_max_crc, 4);
    decode();
    cr_expect_eq(view.request[0].status, DECODE_TORN);
    cr_expect_eq(view.request[64].status, DECODE_BAD_FIELD);
    cr_expect_eq(view.newest, 1);
    /* What it asks for is no matter of validity: the bootloader refuses. */
    memcpy(flash + REQUESTS + SECTOR, request_3, 64);
    set_sequence(flash + REQUESTS + SECTOR, 0x00010104u);
    flash[REQUESTS + SECTOR + 8] = 4;
    memcpy(flash + REQUESTS + SECTOR + 56, request_kind_crc, 4);
    decode();
    cr_expect_eq(view.newest, 64);
    cr_expect_str_eq(decode_request_name(view.request[64].kind), "abandon");
    cr_expect_str_eq(decode_request_name(5), "alive");
    cr_expect_str_eq(decode_request_name(6), "fetch");
    cr_expect_str_eq(decode_request_name(7), "?");
}

/* The journal's record 5 has dealt with request 0x0102. */
Test(decode, a_request_is_pending_by_its_low_bits, .init = one_record)
{
    static const struct {
        uint32_t sequence;
        uint8_t crc[4];
        bool pending;
    } cases[] = {
        {0x00010101, {0x5a, 0xb0, 0xa3, 0x46}, false},
        {0x00010102, {0x4d, 0xb4, 0xf6, 0xfc}, false},
        {0x00010103, {0x40, 0x48, 0x3a, 0x95}, true},
        {0x00018101, {0x82, 0xbf, 0x03, 0xe9}, true},
        {0x00018102, {0x95, 0xbb, 0x56, 0x53}, false},
        {0x000200ff, {0x1c, 0x69, 0x22, 0xd3}, false},
    };
    uint8_t *request = flash + REQUESTS;

    memcpy(record_at(0, 2), record_5, 128);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        memcpy(request, request_3, 64);
        set_sequence(request, cases[i].sequence);
        memcpy(request + 56, cases[i].crc, 4);
        decode();
        cr_assert_eq(view.newest, 0, "0x%x", cases[i].sequence);
        cr_expect_eq(view.pending, cases[i].pending, "0x%x", cases[i].sequence);
    }
}

/* A header's first number is 1 to 0xFFFFFF00. */
Test(decode, headers_have_a_range, .init = one_record)
{
    static const struct {
        uint32_t first;
        uint8_t crc[4];
        enum decode_status status;
    } cases[] = {
        {0, {0x48, 0x18, 0xa8, 0x8d}, DECODE_BAD_FIELD},
        {0xffffff00u, {0x5d, 0x50, 0x22, 0x15}, DECODE_VALID},
        {0xffffff01u, {0xb5, 0x36, 0xba, 0x14}, DECODE_BAD_FIELD},
    };

    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        set_sequence(record_at(0, 0), cases[i].first);
        memcpy(record_at(0, 0) + 120, cases[i].crc, 4);
        decode();
        cr_expect_eq(view.sector[0].header, cases[i].status, "0x%x",
                     cases[i].first);
    }
}

/* After the last bank the numbers begin anew: 4 is later than 0xFFFFFF00. */
Test(decode, numbers_go_round, .init = one_record)
{
    static const uint8_t header_crc[4] = {0x5d, 0x50, 0x22, 0x15};
    static const uint8_t record_crc[4] = {0xef, 0x3d, 0x52, 0x48};

    put_headers(2, 2);
    set_sequence(record_at(2, 0), 0xffffff00u);
    memcpy(record_at(2, 0) + 120, header_crc, 4);
    memcpy(record_at(2, 1), record_5, 128);
    set_sequence(record_at(2, 1), 0xffffff00u);
    memcpy(record_at(2, 1) + 120, record_crc, 4);
    decode();
    cr_expect_eq(status_at(2, 1), DECODE_VALID);
    cr_expect_eq(in_force()->sequence, 4);
}

/* ---- images and maps ------------------------------------------------------ */

static void put_image(void)
{
    FILE *in = fopen("tests/data/mcuboot/signed.bin", "rb");

    erased();
    cr_assert_not_null(in);
    cr_assert_gt(fread(flash + SLOT_A, 1, 2 * SECTOR, in), 4000);
    fclose(in);
}

static enum image_read_result slot_result(void)
{
    decode();
    return view.place[PLACE_SLOT_A].image.result;
}

Test(decode, an_image, .init = put_image)
{
    cr_assert_eq(slot_result(), IMAGE_READ_FINE);
    const struct image_facts *image = &view.place[PLACE_SLOT_A].image;
    cr_expect(image->version.major == 1 && image->version.minor == 2 &&
              image->version.revision == 3 && image->version.build == 4);
    cr_expect_eq(image->payload_size, 4096);
    cr_expect_eq(image->total_size, 4770);
    cr_expect(image->has_counter);
    cr_expect_eq(image->counter, 7);
    cr_expect(image->is_signed);
    cr_expect_eq(image->entries, 4);
    cr_expect_arr_eq(image->said, image->computed, 32);
    cr_expect_eq(image->said[0], 0xca);
}

Test(decode, damaged_images, .init = put_image)
{
    flash[SLOT_A + 0x300] ^= 1;
    cr_expect_eq(slot_result(), IMAGE_READ_BAD_HASH);
    put_image();
    memset(flash + SLOT_A + SECTOR, 0xff, SECTOR);
    cr_expect_eq(slot_result(), IMAGE_READ_PARTIAL);
    put_image();
    flash[SLOT_A + 14] = 1; /* payload of 64 KiB more */
    cr_expect_eq(slot_result(), IMAGE_READ_BAD_SIZES);
    cr_expect(view.place[PLACE_SLOT_A].image.has_header);
    put_image();
    memset(flash + SLOT_A + 12, 0xff, 4); /* sums would wrap */
    cr_expect_eq(slot_result(), IMAGE_READ_BAD_SIZES);
    put_image();
    flash[SLOT_A + 0x1200 + 12 + 6] = 0xff; /* an entry beyond its area */
    cr_expect_eq(slot_result(), IMAGE_READ_BAD_TLV);
    put_image();
    flash[SLOT_A] = 0x3c;
    cr_expect_eq(slot_result(), IMAGE_READ_OLD_MAGIC);
    put_image();
    memset(flash + SLOT_A, 0xff, 32);
    cr_expect_eq(slot_result(), IMAGE_READ_EMPTY);
    cr_expect_not(view.place[PLACE_SLOT_A].blank);
    erased();
    flash[SLOT_A + 2 * SECTOR - 1] = 0;
    cr_expect_eq(slot_result(), IMAGE_READ_EMPTY);
    cr_expect_not(view.place[PLACE_SLOT_A].blank);
}

Test(decode, a_map_beyond_the_dump_is_refused, .init = erased)
{
    struct journal_record now;
    struct board_map wide = map;

    cr_expect_eq(decode_flash(flash, sizeof flash - 1, &map, &view),
                 OTALAB_ERR_USAGE);
    wide.part[0].start = 0xfffff000u;
    cr_expect_eq(decode_flash(flash, sizeof flash, &wide, &view),
                 OTALAB_ERR_USAGE);
    cr_expect_not(decode_in_force(flash, sizeof flash, &wide, &now));
    wide.part[0].start = JOURNAL;
    wide.part[0].length = 100; /* less than a sector: no journal */
    cr_expect_eq(decode_flash(flash, sizeof flash, &wide, &view), 0);
    cr_expect_eq(view.sectors, 0);
    cr_expect_not(decode_in_force(flash, sizeof flash, &wide, &now));
}

/* ---- one request ------------------------------------------------------------ */

Test(decode, one_request)
{
    uint8_t *fifth = flash + REQUESTS + 4 * 64;
    struct request_record request;

    cr_expect_not(decode_request_newest(flash, FLASH_END, &map, &request));
    memcpy(fifth, request_3, sizeof request_3);
    cr_expect(decode_request_at(flash, FLASH_END, &map, REQUESTS + 4 * 64 + 63,
                                &request));
    cr_expect_eq(request.kind, REQUEST_CONFIRM);
    cr_expect_eq(request.slot, 1);
    cr_expect_eq(request.sequence, 0x00010103);
    cr_expect_eq(request.index, 4);
    cr_expect_not(
        decode_request_at(flash, FLASH_END, &map, REQUESTS + 5 * 64, &request));
    cr_expect(decode_request_newest(flash, FLASH_END, &map, &request));
    cr_expect_eq(request.address, REQUESTS + 4 * 64);
    cr_expect(request.newest);
    fifth[63] = 0xff; /* torn */
    cr_expect_not(
        decode_request_at(flash, FLASH_END, &map, REQUESTS + 4 * 64, &request));
    cr_expect_not(decode_request_newest(flash, FLASH_END, &map, &request));
}

Test(decode, no_request_elsewhere)
{
    struct board_map none = {.count = 0};
    struct request_record request;

    memcpy(flash + REQUESTS - 64, request_3, sizeof request_3);
    memcpy(flash + SLOT_A, request_3, sizeof request_3);
    cr_expect_not(
        decode_request_at(flash, FLASH_END, &map, REQUESTS - 1, &request));
    cr_expect_not(decode_request_at(flash, FLASH_END, &map, SLOT_A, &request));
    cr_expect_not(
        decode_request_at(flash, FLASH_END, &map, UINT32_MAX, &request));
    memcpy(flash + REQUESTS, request_3, sizeof request_3);
    cr_expect_not(
        decode_request_at(flash, FLASH_END, &none, REQUESTS, &request));
    cr_expect_not(decode_request_at(flash, REQUESTS, &map, REQUESTS, &request));
    cr_expect_not(decode_request_newest(flash, FLASH_END, &none, &request));
}

/* ---- fuses ------------------------------------------------------------------ */

Test(decode, fuses)
{
    uint32_t words[OTP_WORDS] = {0};
    struct fuse_view fuses;

    words[8] = 0x04030201;  /* root key 1, bytes 0..3 */
    words[24] = 0x00000001; /* epoch 1 */
    words[25] = 0x0000000b; /* bootloader counter 4, bit 2 missing */
    words[26] = 0xffffffff; /* life-cycle: all of it */
    words[28] = 0x000000aa; /* identity */
    words[32] = 0xffffffff; /* application counter: 33 */
    words[33] = 0x00000001;
    decode_fuses(words, &fuses);
    cr_expect_not(fuses.root_set[0]);
    cr_expect(fuses.root_set[1]);
    cr_expect_arr_eq(fuses.root[1], "\x01\x02\x03\x04", 5);
    cr_expect_eq(fuses.epoch.value, 1);
    cr_expect_not(fuses.epoch.torn);
    cr_expect_eq(fuses.boot_counter.value, 4);
    cr_expect(fuses.boot_counter.torn);
    cr_expect_eq(fuses.lifecycle.value, 32);
    cr_expect_eq(fuses.identity[0], 0xaa);
    cr_expect_eq(fuses.counter.value, 33);
    cr_expect_not(fuses.counter.torn);
}

Test(decode, names)
{
    cr_expect_str_eq(decode_slot_name(1), "slot-b");
    cr_expect_str_eq(decode_slot_name(3), "?");
    cr_expect_str_eq(decode_state_name(0), "?");
    cr_expect_str_eq(decode_state_name(2), "trial");
    cr_expect_str_eq(decode_request_name(3), "commit");
    cr_expect_str_eq(decode_status_name(DECODE_TORN), "torn");
}
