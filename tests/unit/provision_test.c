/* SPDX-License-Identifier: MIT */
/* The factory's work, looked at byte by byte and through the adapter. */
#include "image/provision.h"

#include "image/bytes.h"
#include "image/image_sign.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define SECTOR 4096u
#define SIZE (16u * SECTOR)

static const struct board_map map = {
    .count = 5,
    .part = {{"boot-a", 0, SECTOR},
             {"journal", SECTOR, 4 * SECTOR},
             {"requests", 5 * SECTOR, 2 * SECTOR},
             {"slot-a", 7 * SECTOR, 4 * SECTOR},
             {"slot-b", 11 * SECTOR, 4 * SECTOR}},
};

static uint8_t flash[SIZE];
static uint32_t words[OTP_WORDS];
static struct diag diag;
static struct boot_view view;
static struct key root;

static void make_image(uint8_t **bytes, size_t *size, uint32_t fill)
{
    static const uint8_t payload[64] = {1};

    diag.text[0] = '\0';
    cr_assert_eq(key_dev("root", &root, &diag), 0);
    struct image_spec spec = {.payload = payload,
                              .payload_size = sizeof payload,
                              .version = {1, 2, 0, 0},
                              .fill_size = fill,
                              .key = &root};
    cr_assert_eq(image_build(&spec, bytes, size, &diag), 0, "%s", diag.text);
}

/* One image in slot A. */
static int provision_one(const uint8_t *bytes, size_t size, bool journal)
{
    struct provision_image images[] = {{"slot-a", bytes, size}};
    struct provision_spec spec = {.map = &map,
                                  .images = images,
                                  .image_count = 1,
                                  .journal = journal,
                                  .lifecycle = 1,
                                  .counter = 35,
                                  .boot_counter = 2,
                                  .epoch = 1,
                                  .seed = 7};

    diag.text[0] = '\0';
    cr_assert_eq(key_digest(&root, spec.root[1]), 0);
    return provision_flash(&spec, flash, sizeof flash, words, &diag);
}

static void provisioned(void)
{
    uint8_t *bytes;
    size_t size;

    make_image(&bytes, &size, 0);
    cr_assert_eq(provision_one(bytes, size, true), 0, "%s", diag.text);
    free(bytes);
    cr_assert_eq(decode_flash(flash, sizeof flash, &map, &view), 0);
}

Test(provision, slot_a_is_confirmed, .init = provisioned)
{
    cr_assert_geq(view.in_force, 0);
    const struct journal_record *now = &view.record[view.in_force];
    cr_expect_eq(now->sequence, 1);
    cr_expect_eq(now->slot, JOURNAL_SLOT_A);
    cr_expect_eq(now->state, JOURNAL_CONFIRMED);
    cr_expect_eq(now->attempts, 0);
    cr_expect_eq(now->counter, 35);
    cr_expect_eq(view.copies, 2);
    cr_expect_arr_eq(now->digest, view.place[PLACE_SLOT_A].image.computed, 32);
    for (unsigned i = 0; i < 4; i++) {
        cr_expect_eq(view.sector[i].header, i < 2 ? DECODE_VALID : DECODE_BLANK,
                     "sector %u", i);
        cr_expect_eq(view.sector[i].first, i < 2 ? 1 : 0xffffffff);
        cr_expect_eq(view.sector[i].used, i < 2 ? 1 : 0);
    }
}

/* The document's table, offset by offset, not through our own constants. */
Test(provision, the_bytes_are_those_of_the_document, .init = provisioned)
{
    const uint8_t *header = flash + SECTOR;
    const uint8_t *record = header + 128;

    cr_expect_arr_eq(header, "OTJ1\x01\0\0\0", 8);
    cr_expect(all_bytes(header + 8, 112, 0));
    cr_expect_arr_eq(record, "OTR2\x01\0\0\0\0\x01\0\0\x23\0\0\0", 16);
    cr_expect(all_bytes(record + 48, 65, 0));
    cr_expect_eq(record[113], 1, "confirmed by the factory");
    cr_expect(all_bytes(record + 114, 6, 0));
    cr_expect(all_bytes(record + 124, 4, 0));
    cr_expect(all_bytes(record + 128, SECTOR - 256, 0xff));
    cr_expect_arr_eq(record + SECTOR, record, 128);
}

Test(provision, fuses, .init = provisioned)
{
    uint8_t digest[32], packed[FUSE_FILE_SIZE];
    uint32_t back[OTP_WORDS];
    struct fuse_view fuses;

    decode_fuses(words, &fuses);
    cr_assert_eq(key_digest(&root, digest), 0);
    cr_expect_not(fuses.root_set[0]);
    cr_expect_arr_eq(fuses.root[1], digest, 32);
    cr_expect_eq(fuses.counter.value, 35);
    cr_expect_eq(fuses.boot_counter.value, 2);
    cr_expect_eq(fuses.epoch.value, 1);
    cr_expect_eq(fuses.lifecycle.value, 1);
    cr_expect_not(all_bytes(fuses.identity, 16, 0));
    fuses_pack(words, packed);
    cr_expect_eq(get_le32(packed + 4 * 33), words[33]);
    fuses_unpack(packed, back);
    cr_expect_arr_eq(back, words, sizeof words);
}

Test(provision, everything_else_is_erased, .init = provisioned)
{
    size_t image = view.place[PLACE_SLOT_A].image.total_size;

    cr_expect(all_bytes(flash, SECTOR, 0xff));
    cr_expect(all_bytes(flash + 5 * SECTOR, 2 * SECTOR, 0xff));
    cr_expect(all_bytes(flash + 7 * SECTOR + image, 9 * SECTOR - image, 0xff));
}

Test(provision, without_a_journal)
{
    uint8_t *bytes;
    size_t size;

    make_image(&bytes, &size, 0);
    cr_assert_eq(provision_one(bytes, size, false), 0, "%s", diag.text);
    free(bytes);
    cr_expect(all_bytes(flash + SECTOR, 4 * SECTOR, 0xff));
}

Test(provision, what_does_not_fit_is_refused)
{
    uint8_t *bytes;
    size_t size;

    make_image(&bytes, &size, 4 * SECTOR);
    cr_expect_eq(provision_one(bytes, size, true), OTALAB_ERR_USAGE);
    cr_expect_not_null(strstr(diag.text, "slot-a"), "%s", diag.text);
    struct provision_image stray = {"slot-c", bytes, 10};
    diag.text[0] = '\0';
    cr_expect_eq(provision_place(&map, &stray, flash, sizeof flash, &diag),
                 OTALAB_ERR_USAGE);
    cr_expect_not_null(strstr(diag.text, "no partition 'slot-c'"));
    struct provision_image last = {"slot-b", bytes, 10};
    diag.text[0] = '\0';
    cr_expect_eq(provision_place(&map, &last, flash, 12 * SECTOR, &diag),
                 OTALAB_ERR_USAGE);
    cr_expect_not_null(strstr(diag.text, "outside"));
    free(bytes);
}

Test(provision, fuses_beyond_their_capacity_are_refused)
{
    struct provision_spec cases[4];

    for (unsigned i = 0; i < 4; i++) {
        cases[i] = (struct provision_spec){.map = &map};
    }
    cases[0].counter = 257;
    cases[1].boot_counter = 33;
    cases[2].epoch = 33;
    cases[3].lifecycle = 33;
    for (unsigned i = 0; i < 4; i++) {
        diag.text[0] = '\0';
        cr_expect_eq(provision_flash(&cases[i], flash, sizeof flash, words,
                                     &diag),
                     OTALAB_ERR_USAGE, "case %u", i);
    }
    cases[0].counter = 256;
    cr_expect_eq(provision_flash(&cases[0], flash, sizeof flash, words, &diag),
                 0);
}

Test(provision, identities_follow_the_seed)
{
    struct provision_spec spec = {.map = &map, .seed = 1};
    uint32_t first[OTP_WORDS];

    cr_assert_eq(provision_flash(&spec, flash, sizeof flash, first, &diag), 0);
    cr_assert_eq(provision_flash(&spec, flash, sizeof flash, words, &diag), 0);
    cr_expect_arr_eq(words, first, sizeof words);
    spec.seed = 2;
    cr_assert_eq(provision_flash(&spec, flash, sizeof flash, words, &diag), 0);
    cr_expect_neq(memcmp(words, first, sizeof words), 0);
}

Test(provision, any_journal_state)
{
    struct journal_record state = {.sequence = 9,
                                   .slot = JOURNAL_SLOT_B,
                                   .state = JOURNAL_TRIAL,
                                   .attempts = 2,
                                   .reason = 14,
                                   .counter = 4,
                                   .digest = {1},
                                   .rejected = {{2}, {3}},
                                   .rejected_reason = 6,
                                   .rounds = 7,
                                   .losses = 8,
                                   .flags = JOURNAL_AT_FAULT,
                                   .release = 0x11223344,
                                   .request = 0x1234};
    struct journal_record now;

    memset(flash, 0, sizeof flash);
    cr_assert_eq(provision_journal(&map, &state, flash, sizeof flash, &diag),
                 0);
    cr_assert(decode_in_force(flash, sizeof flash, &map, &now));
    cr_expect_eq(now.sequence, 9);
    cr_expect_eq(now.slot, JOURNAL_SLOT_B);
    cr_expect_eq(now.state, JOURNAL_TRIAL);
    cr_expect_eq(now.attempts, 2);
    cr_expect_eq(now.reason, 14);
    cr_expect_eq(now.counter, 4);
    cr_expect_arr_eq(now.digest, state.digest, 32);
    cr_expect_arr_eq(now.rejected, state.rejected, 64);
    cr_expect_eq(now.rejected_reason, 6);
    cr_expect_eq(now.rounds, 7);
    cr_expect_eq(now.losses, 8);
    cr_expect_eq(now.flags, JOURNAL_AT_FAULT);
    cr_expect_eq(now.release, 0x11223344);
    cr_expect_eq(now.request, 0x1234);
}

Test(provision, requests_are_appended, .init = provisioned)
{
    struct request_record request = {.kind = REQUEST_COMMIT,
                                     .slot = JOURNAL_SLOT_A,
                                     .number = 9,
                                     .digest = {5}};

    /* More than one sector holds: the other one is erased and used. */
    for (unsigned i = 1; i <= 3 * 64 + 1; i++) {
        diag.text[0] = '\0';
        cr_assert_eq(provision_request(&map, &request, flash, sizeof flash,
                                       &diag),
                     0, "%s", diag.text);
        cr_assert_eq(decode_flash(flash, sizeof flash, &map, &view), 0);
        cr_assert_geq(view.newest, 0);
        cr_assert_eq(view.request[view.newest].sequence, i);
    }
    const struct request_record *newest = &view.request[view.newest];
    cr_expect_eq(newest->address, 6 * SECTOR);
    cr_expect_eq(newest->kind, REQUEST_COMMIT);
    cr_expect_eq(newest->number, 9);
    cr_expect_eq(newest->digest[0], 5);
    cr_expect(view.pending);
}

/* A torn slot is not used again, and its number neither. */
Test(provision, torn_requests_use_up_their_number, .init = provisioned)
{
    struct request_record request = {.kind = REQUEST_TRIAL, .slot = 1};
    uint8_t *slots = flash + 5 * SECTOR;

    cr_assert_eq(provision_request(&map, &request, flash, SIZE, &diag), 0);
    slots[64] = 'O';
    slots[128] = 0;
    cr_assert_eq(provision_request(&map, &request, flash, SIZE, &diag), 0);
    cr_assert_eq(decode_flash(flash, SIZE, &map, &view), 0);
    cr_assert_eq(view.newest, 3);
    cr_expect_eq(view.request[3].sequence, 4);
    cr_expect_eq(slots[64], 'O');
}
