/* SPDX-License-Identifier: MIT */
/* changes.bin: what is written is read back; what is damaged, cut off or has no
 * meaning is refused. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "image/bytes.h"
#include "record/changes.h"
#include "record/changes_parts.h"

#include <mbedtls/sha256.h>

#define SECTORS 6u

static const struct changes_shape shape = {
    .devices = 2,
    .size = SECTORS * FLASH_SECTOR,
    .sector = FLASH_SECTOR,
    .page = FLASH_PAGE,
    .map = {.count = 2,
            .part = {{"journal", 0, 2 * FLASH_SECTOR},
                     {"slot-a", 2 * FLASH_SECTOR, 4 * FLASH_SECTOR}}},
};

static uint8_t words[FUSES_SIZE];
static const uint8_t locks[] = {0x2a, 0, 0x80};
static const uint8_t recording[32] = {1, 2, 3};

/* One of each kind, in an order that a run could have. */
static const struct change examples[] = {
    {.kind = CHANGE_BYTES,
     .device = 1,
     .address = 0x1ffc,
     .length = 4,
     .bytes = (const uint8_t *)"abcd"},
    {.kind = CHANGE_COPY,
     .device = 2,
     .address = 0x1000,
     .length = FLASH_BLOCK,
     .from = {1, 0x5000}},
    {.kind = CHANGE_FILL,
     .device = 1,
     .cause = CHANGE_BY_ERASE,
     .event = 4,
     .time_ns = 700,
     .address = 0x3000,
     .length = FLASH_BLOCK,
     .value = 0xff},
    {.kind = CHANGE_TAINT,
     .device = 1,
     .cause = CHANGE_BY_CUT,
     .event = 4,
     .time_ns = 700,
     .address = 0x3010,
     .length = 8,
     .value = FLASH_TORN_ERASE},
    {.kind = CHANGE_WEAR,
     .device = 1,
     .event = 4,
     .time_ns = 700,
     .address = 0x3000,
     .erases = 70000},
    {.kind = CHANGE_LOCKS,
     .device = 2,
     .event = 5,
     .time_ns = 700,
     .length = 3,
     .bytes = locks},
    {.kind = CHANGE_FUSES,
     .device = 2,
     .event = 5,
     .time_ns = 700,
     .fuses = {words, true}},
    {.kind = CHANGE_STATE,
     .device = 1,
     .event = 9,
     .time_ns = 1u << 31,
     .state = {3600, UINT32_MAX, 5, 0, CHANGES_CPU_SLEEPS, RADIO_TAIL, 1}},
    {.kind = CHANGE_LINK,
     .device = 1,
     .event = 9,
     .time_ns = 1u << 31,
     .link = {{60000, 40000000, 1, 2, 3, 4, 5, 6, 7}, {8, 9, 10, 11}}},
    {.kind = CHANGE_OFFER,
     .event = 10,
     .time_ns = UINT64_MAX,
     .length = 3,
     .bytes = (const uint8_t *)"xyz"},
    {.kind = CHANGE_OFFER, .event = 11, .time_ns = UINT64_MAX},
    {.kind = CHANGE_PACKET,
     .device = 2,
     .event = 11,
     .time_ns = UINT64_MAX,
     .length = 5,
     .value = CHANGES_PACKET_TWICE | CHANGES_PACKET_SPOILT,
     .bytes = (const uint8_t *)"coap!"},
};

#define EXAMPLES (sizeof examples / sizeof examples[0])

struct file {
    uint8_t *bytes;
    size_t size;
};

static struct file write_all(const struct change *change, size_t count)
{
    struct changes changes = {.bytes = NULL};
    struct file file;

    memset(words, 0x5a, sizeof words);
    cr_assert_eq(changes_begin(&changes, &shape), 0);
    for (size_t i = 0; i < count; i++) {
        cr_assert_eq(changes_add(&changes, &change[i]), 0);
    }
    cr_assert_eq(changes_finish(&changes, recording, &file.bytes, &file.size),
                 0);
    changes_free(&changes);
    return file;
}

/* The whole file. 0, or the first error. */
static int read_all(const struct file *file, size_t *count, struct diag *diag)
{
    struct changes_reader reader;
    struct change change;
    int err = changes_open(&reader, file->bytes, file->size, diag);

    *count = 0;
    while (err == 0 && (err = changes_next(&reader, &change, diag)) > 0) {
        (*count)++;
        err = 0;
    }
    return err;
}

/* As somebody would who damages a file on purpose. */
static void sum_up(struct file *file)
{
    mbedtls_sha256(file->bytes, file->size - CHANGES_DIGEST,
                   file->bytes + file->size - CHANGES_DIGEST, 0);
}

static void expect_same(const struct change *was, const struct change *is)
{
    const char *name = change_kind_name(was->kind);

    cr_expect_eq(is->kind, was->kind, "%s", name);
    cr_expect_eq(is->device, was->device, "%s", name);
    cr_expect_eq(is->cause, was->cause, "%s", name);
    cr_expect_eq(is->event, was->event, "%s", name);
    cr_expect_eq(is->time_ns, was->time_ns, "%s", name);
    cr_expect_eq(is->address, was->address, "%s", name);
    cr_expect_eq(is->value, was->value, "%s", name);
    cr_expect_eq(is->erases, was->erases, "%s", name);
    cr_expect_eq(is->from.device, was->from.device, "%s", name);
    cr_expect_eq(is->from.address, was->from.address, "%s", name);
    cr_expect_arr_eq(&is->state, &was->state, sizeof is->state, "%s", name);
    cr_expect_arr_eq(is->link, was->link, sizeof is->link, "%s", name);
    cr_expect_eq(is->fuses.locked, was->fuses.locked, "%s", name);
    if (was->bytes != NULL) {
        cr_expect_eq(is->length, was->length, "%s", name);
        cr_expect_arr_eq(is->bytes, was->bytes, was->length, "%s", name);
    }
    if (was->fuses.words != NULL) {
        cr_expect_arr_eq(is->fuses.words, words, sizeof words);
    }
}

Test(changes, all_kinds_come_back)
{
    struct file file = write_all(examples, EXAMPLES);
    struct changes_reader reader;
    struct change change;
    struct diag diag;

    cr_assert_eq(changes_open(&reader, file.bytes, file.size, &diag), 0, "%s",
                 diag.text);
    cr_expect_eq(reader.shape.devices, 2);
    cr_expect_eq(reader.shape.size, shape.size);
    cr_expect_eq(reader.shape.map.count, 2);
    cr_expect_str_eq(reader.shape.map.part[1].name, "slot-a");
    cr_expect_eq(reader.shape.map.part[1].length, 4 * FLASH_SECTOR);
    cr_expect_arr_eq(reader.recording, recording, sizeof recording);
    for (size_t i = 0; i < EXAMPLES; i++) {
        cr_assert_eq(changes_next(&reader, &change, &diag), 1, "%s", diag.text);
        expect_same(&examples[i], &change);
    }
    cr_expect_eq(changes_next(&reader, &change, &diag), 0);
    cr_expect_eq(changes_next(&reader, &change, &diag), 0);
    free(file.bytes);
}

Test(changes, a_file_cut_off_anywhere_is_refused)
{
    struct file file = write_all(examples, EXAMPLES);
    struct diag diag;
    size_t count;

    for (size_t size = 0; size < file.size; size++) {
        uint8_t *bytes = malloc(size + 1); /* no byte more is read */
        struct file part = {bytes, size};

        memcpy(bytes, file.bytes, size);
        cr_expect_eq(read_all(&part, &count, &diag), OTALAB_ERR_USAGE,
                     "%zu bytes", size);
        free(bytes);
    }
    free(file.bytes);
}

Test(changes, a_changed_byte_is_seen)
{
    struct file file = write_all(examples, EXAMPLES);
    struct diag diag;
    size_t count;

    for (size_t i = 0; i < file.size; i++) {
        file.bytes[i] ^= 0x10;
        cr_expect_eq(read_all(&file, &count, &diag), OTALAB_ERR_USAGE,
                     "byte %zu", i);
        file.bytes[i] ^= 0x10;
    }
    cr_expect_eq(read_all(&file, &count, &diag), 0);
    free(file.bytes);
}

/* With a right sum every byte is still looked at, and no other one is. */
Test(changes, a_change_made_on_purpose_does_no_harm)
{
    static const uint8_t values[] = {0x00, 0x01, 0x03, 0x10, 0x7f, 0x80, 0xff};
    struct file file = write_all(examples, EXAMPLES);
    struct diag diag;
    size_t refused = 0;
    size_t count;

    for (size_t i = 0; i < file.size - CHANGES_DIGEST; i++) {
        uint8_t was = file.bytes[i];

        for (size_t k = 0; k < sizeof values; k++) {
            file.bytes[i] = values[k];
            sum_up(&file);
            refused += read_all(&file, &count, &diag) != 0;
            cr_assert_leq(count, EXAMPLES * 40);
        }
        file.bytes[i] = was;
    }
    cr_expect_gt(refused, file.size);
    free(file.bytes);
}

/* ---- one by one ---------------------------------------------------------------- */

static void refused(const char *why, struct change change)
{
    struct file file = write_all(&change, 1);
    struct diag diag = {""};
    size_t count;

    cr_expect_eq(read_all(&file, &count, &diag), OTALAB_ERR_USAGE, "%s", why);
    cr_expect_not_null(strstr(diag.text, why), "%s: %s", why, diag.text);
    free(file.bytes);
}

static struct change bytes_at(uint32_t address, uint32_t length)
{
    static const uint8_t data[2 * FLASH_SECTOR];

    return (struct change){.kind = CHANGE_BYTES,
                           .device = 1,
                           .address = address,
                           .length = length,
                           .bytes = data};
}

Test(changes, ranges_lie_in_one_block_of_the_flash)
{
    static const char why[] = "its range is not within a block";
    struct file file;
    struct diag diag;
    size_t count;

    refused(why, bytes_at(0, 0));
    refused(why, bytes_at(0xffc, 5));
    refused(why, bytes_at(SECTORS * FLASH_SECTOR, 1));
    refused(why, bytes_at(UINT32_MAX, 1));
    refused(why, bytes_at(0, FLASH_BLOCK + 1));
    refused(why,
            (struct change){.kind = CHANGE_WEAR, .device = 1, .address = 1});
    refused(why, (struct change){.kind = CHANGE_STATE,
                                 .device = 1,
                                 .address = FLASH_SECTOR});
    struct change last =
        bytes_at(SECTORS * FLASH_SECTOR - FLASH_BLOCK, FLASH_BLOCK);

    file = write_all(&last, 1);
    cr_expect_eq(read_all(&file, &count, &diag), 0);
    free(file.bytes);
}

Test(changes, devices_and_meanings_are_checked)
{
    static const uint8_t long_packet[CHANGES_PACKET + 1];
    struct change change = bytes_at(0, 4);

    change.device = 3;
    refused("there is no such device", change);
    change.device = 0;
    refused("there is no such device", change);
    refused("there is no such device",
            (struct change){.kind = CHANGE_OFFER, .device = 1});
    refused("there is no such kind",
            (struct change){.kind = (enum change_kind)12, .device = 1});
    refused("there is no such kind", (struct change){.device = 1});
    change = bytes_at(0, 4);
    change.cause = (enum change_cause)5;
    refused("cause or value is invalid", change);
    refused("cause or value is invalid",
            (struct change){
                .kind = CHANGE_TAINT, .device = 1, .length = 4, .value = 3});
    refused("it does not consist of whole words",
            (struct change){
                .kind = CHANGE_TAINT, .device = 1, .address = 2, .length = 4});
    refused("a state is invalid",
            (struct change){.kind = CHANGE_STATE,
                            .device = 1,
                            .state = {.cpu = CHANGES_CPU_DEAD + 1}});
    refused("its length is wrong", (struct change){.kind = CHANGE_PACKET,
                                                   .device = 1,
                                                   .length = CHANGES_PACKET + 1,
                                                   .bytes = long_packet});
    refused("there is no such device", (struct change){.kind = CHANGE_PACKET});
    refused("cause or value is invalid",
            (struct change){.kind = CHANGE_PACKET, .device = 1, .value = 8});
    refused("its length is wrong", (struct change){.kind = CHANGE_LOCKS,
                                                   .device = 1,
                                                   .length = 2,
                                                   .bytes = words});
}

Test(changes, a_copy_is_of_the_beginning)
{
    static const char why[] = "there is no such block to copy";
    struct change copy = examples[1];

    copy.event = 1;
    refused(why, copy);
    copy = examples[1];
    copy.from.address = 12;
    refused(why, copy);
    copy.from.address = SECTORS * FLASH_SECTOR;
    refused(why, copy);
    copy = examples[1];
    copy.from.device = 3;
    refused(why, copy);
    copy.from.device = 0;
    refused(why, copy);
}

Test(changes, time_does_not_go_back)
{
    struct change two[2] = {examples[2], examples[2]};
    struct diag diag = {""};
    size_t count;

    two[1].event--;
    struct file file = write_all(two, 2);

    cr_expect_eq(read_all(&file, &count, &diag), OTALAB_ERR_USAGE);
    cr_expect_eq(count, 1);
    cr_expect_not_null(strstr(diag.text, "change 2"), "%s", diag.text);
    free(file.bytes);
}

Test(changes, another_version_is_named)
{
    struct file file = write_all(examples, EXAMPLES);
    struct diag diag = {""};
    size_t count;

    file.bytes[HEADER_AT_VERSION] = 1;
    cr_expect_eq(read_all(&file, &count, &diag), OTALAB_ERR_USAGE);
    cr_expect_not_null(strstr(diag.text, "version 1"), "%s", diag.text);
    free(file.bytes);
}

Test(changes, a_copy_goes_on_by_itself)
{
    struct changes first = {.bytes = NULL};
    struct changes second = {.bytes = NULL};

    cr_assert_eq(changes_begin(&first, &shape), 0);
    cr_assert_eq(changes_add(&first, &examples[0]), 0);
    cr_assert_eq(changes_copy(&second, &first), 0);
    cr_assert_eq(changes_add(&first, &examples[2]), 0);
    cr_expect_eq(second.count, 1);
    cr_expect_eq(first.count, 2);
    cr_assert_eq(changes_add(&second, &examples[2]), 0);
    cr_expect_eq(first.length, second.length);
    cr_expect_arr_eq(first.bytes, second.bytes, first.length);
    changes_free(&first);
    changes_free(&second);
}
