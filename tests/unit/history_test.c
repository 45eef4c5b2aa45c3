/* SPDX-License-Identifier: MIT */
/* A recorded run: after any event all is as it was then, whichever way one
 * comes there; what does not fit together is refused. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "device/board.h"
#include "history/history.h"
#include "ota/slot.h"
#include "record/recording.h"

#include <mbedtls/sha256.h>

#define SECTORS 8u
#define SIZE (SECTORS * FLASH_SECTOR)
#define EVENTS 6000u /* several key frames */

static const struct changes_shape shape = {
    .devices = 2,
    .size = SIZE,
    .sector = FLASH_SECTOR,
    .page = FLASH_PAGE,
    .map = {.count = 1, .part = {{"slot-b", 0x1000, 0x4000}}},
};

/* A run by hand: events and changes go where a run would put them. */
static struct recording recording;
static struct changes changes;
static uint64_t sequence;
static uint64_t now;
static uint8_t *file;
static size_t file_size;
static struct history *history;
static struct diag diag;

static void begin(void)
{
    recording_init(&recording);
    changes = (struct changes){.bytes = NULL};
    history = NULL;
    file = NULL;
    sequence = 0;
    now = 0;
    cr_assert_eq(recording_begin(&recording,
                                 &(struct recording_header){.scenario =
                                                                "by-hand",
                                                            .seed = 5,
                                                            .digests = "",
                                                            .tools = ""}),
                 0);
    cr_assert_eq(changes_begin(&changes, &shape), 0);
}

static void end(void)
{
    history_close(history);
    recording_free(&recording);
    changes_free(&changes);
    free(file);
}

TestSuite(history, .init = begin, .fini = end);

/* Told by the event that comes next. */
static void change(struct change what)
{
    what.event = (uint32_t)sequence + 1;
    what.time_ns = now;
    what.device =
        what.device > 0 || what.kind == CHANGE_OFFER ? what.device : 1;
    cr_assert_eq(changes_add(&changes, &what), 0);
}

static void tell_plainly(struct event event)
{
    event.sequence = ++sequence;
    event.time_ns = now;
    event.device = event.device > 0 ? event.device : 1;
    cr_assert_eq(recording_add(&recording, &event), 0);
}

/* With a datagram, if it is about one. */
static void tell(struct event event)
{
    static const uint8_t bytes[16] = {0x60, 0x45};
    int length = event_field_find(event.code, "length");

    switch (event.code) {
    case EVENT_SERVER_ANSWER:
    case EVENT_SERVER_FLIGHT:
        event.number[0] = bytes[1];
        break;
    case EVENT_SERVER_REQUEST:
    case EVENT_RADIO_SEND:
    case EVENT_RADIO_RECEIVE:
    case EVENT_RADIO_DROP:
        break;
    default:
        tell_plainly(event);
        return;
    }
    if (length >= 0) {
        event.number[length] = sizeof bytes;
    }
    change((struct change){.kind = CHANGE_PACKET,
                           .device = event.device,
                           .length = sizeof bytes,
                           .bytes = bytes});
    tell_plainly(event);
}

static void write_bytes(uint32_t address, const void *bytes, uint32_t length)
{
    change((struct change){.kind = CHANGE_BYTES,
                           .cause = CHANGE_BY_PROGRAM,
                           .address = address,
                           .length = length,
                           .bytes = bytes});
}

static int open_it(void)
{
    uint8_t digest[32];

    recording_digest(&recording, digest);
    free(file);
    cr_assert_eq(changes_finish(&changes, digest, &file, &file_size), 0);
    return history_read(&history, recording.bytes, recording.length, file,
                        file_size, &diag);
}

static void must_open(void)
{
    cr_assert_eq(open_it(), 0, "%s", diag.text);
}

/* ---- pictures ------------------------------------------------------------------- */

/* Everything that a picture shows, as one number. */
static uint64_t look(const struct picture *picture)
{
    struct picture *flat = malloc(sizeof *flat);
    uint8_t digest[32];
    mbedtls_sha256_context context;
    uint64_t sum;

    cr_assert_not_null(flat);
    memcpy(flat, picture, sizeof *flat);
    memset(&flat->reader, 0, sizeof flat->reader);
    mbedtls_sha256_init(&context);
    mbedtls_sha256_starts(&context, 0);
    for (unsigned i = 0; i < picture->devices; i++) {
        uint8_t bytes[FLASH_BLOCK];

        memset(flat->device[i].flash.sector, 0,
               sizeof flat->device[i].flash.sector);
        for (uint32_t at = 0; at < SIZE; at += FLASH_BLOCK) {
            picture_flash(&picture->device[i], at, bytes, sizeof bytes);
            mbedtls_sha256_update(&context, bytes, sizeof bytes);
        }
        for (uint32_t at = 0; at < SIZE; at += 4) {
            uint8_t taint = picture_taint(&picture->device[i], at, 4);

            mbedtls_sha256_update(&context, &taint, 1);
        }
    }
    mbedtls_sha256_update(&context, (const uint8_t *)flat, sizeof *flat);
    mbedtls_sha256_finish(&context, digest);
    mbedtls_sha256_free(&context);
    free(flat);
    memcpy(&sum, digest, sizeof sum);
    return sum;
}

/* A long run at random, with much of everything. */
static void make_long(void)
{
    struct rng rng;
    uint8_t page[FLASH_PAGE];

    rng_init(&rng, 1, "history");
    for (unsigned i = 0; i < EVENTS; i++) {
        uint32_t device = 1 + (uint32_t)rng_below(&rng, 2);
        uint32_t address =
            (uint32_t)rng_below(&rng, SIZE / FLASH_PAGE) * FLASH_PAGE;

        now += rng_below(&rng, 1000000);
        rng_fill(&rng, page, sizeof page);
        if (rng_below(&rng, 3) == 0) {
            change((struct change){.kind = CHANGE_BYTES,
                                   .device = device,
                                   .address = address,
                                   .length = FLASH_PAGE,
                                   .bytes = page});
        }
        if (rng_below(&rng, 9) == 0) {
            change((struct change){.kind = CHANGE_TAINT,
                                   .device = device,
                                   .address = address,
                                   .length = FLASH_PAGE,
                                   .value = page[0] % 3});
        }
        if (rng_below(&rng, 5) == 0) {
            change((struct change){.kind = CHANGE_STATE,
                                   .device = device,
                                   .state = {.millivolts = page[0]}});
        }
        struct event event = {.code = (uint32_t)rng_below(&rng, EVENT_COUNT),
                              .device = device};

        tell(event);
    }
}

Test(history, any_way_leads_to_the_same_picture)
{
    struct picture *picture = calloc(1, sizeof *picture);
    struct picture *other = calloc(1, sizeof *other);
    uint64_t *seen = calloc(EVENTS + 1, sizeof *seen);
    struct rng rng;

    make_long();
    must_open();
    cr_assert_eq(history_events(history), EVENTS);
    for (uint64_t i = 0; i <= EVENTS; i++) {
        cr_assert_eq(history_at(history, i, picture), 0);
        cr_assert_eq(picture->sequence, i);
        seen[i] = i % 7 == 0 ? look(picture) : 0;
    }
    rng_init(&rng, 2, "jumps");
    for (unsigned i = 0; i < 500; i++) {
        uint64_t to = rng_below(&rng, EVENTS / 7) * 7;

        /* from an empty one, and from wherever the last one was */
        cr_assert_eq(history_at(history, to, other), 0);
        cr_assert_eq(look(other), seen[to], "event %u", (unsigned)to);
        if (i % 3 == 0) {
            picture_free(other);
        }
    }
    for (uint64_t i = EVENTS + 1; i-- > 0;) { /* and back, step by step */
        cr_assert_eq(history_at(history, i, picture), 0);
        cr_assert(i % 7 != 0 || look(picture) == seen[i], "event %u",
                  (unsigned)i);
        i -= i > 100 ? 12 : 0;
    }
    picture_free(picture);
    picture_free(other);
    free(picture);
    free(other);
    free(seen);
}

Test(history, a_copy_keeps_what_it_shows)
{
    struct picture *picture = calloc(1, sizeof *picture);
    struct picture *copy = calloc(1, sizeof *copy);
    char bytes[4];

    write_bytes(0x10, "old", 4);
    tell((struct event){.code = EVENT_NOTE});
    write_bytes(0x10, "new", 4);
    tell((struct event){.code = EVENT_NOTE});
    must_open();
    cr_assert_eq(history_at(history, 1, picture), 0);
    picture_copy(copy, picture);
    cr_assert_eq(history_at(history, 2, picture), 0);
    picture_flash(&copy->device[0], 0x10, bytes, 4);
    cr_expect_str_eq(bytes, "old");
    picture_flash(&picture->device[0], 0x10, bytes, 4);
    cr_expect_str_eq(bytes, "new");
    picture_free(picture);
    picture_flash(&copy->device[0], 0x10, bytes, 4);
    cr_expect_str_eq(bytes, "old");
    picture_free(copy);
    free(picture);
    free(copy);
}

Test(history, an_event_tells_its_changes)
{
    struct change two[2];

    make_long();
    change((struct change){.kind = CHANGE_WEAR, .erases = 1});
    tell((struct event){.code = EVENT_NOTE});
    tell((struct event){.code = EVENT_NOTE});
    write_bytes(0x10, "one", 3);
    write_bytes(0x20, "two", 3);
    write_bytes(0x30, "three", 5);
    tell((struct event){.code = EVENT_NOTE});
    must_open();
    cr_expect_eq(history_changes(history, EVENTS + 1, two, 2), 1);
    cr_expect_eq(two[0].kind, CHANGE_WEAR);
    cr_expect_eq(history_changes(history, EVENTS + 2, two, 2), 0);
    cr_expect_eq(history_changes(history, EVENTS + 3, two, 2), 3);
    cr_expect_eq(two[1].address, 0x20);
    cr_expect_arr_eq(two[1].bytes, "two", 3);
    cr_expect_eq(history_changes(history, 0, two, 2), 0);
    uint64_t all = 0;

    for (uint64_t i = 0; i <= history_events(history); i++) {
        all += history_changes(history, i, two, 0);
    }
    cr_expect_eq(all, changes.count);
}

Test(history, memory_before_the_first_event)
{
    struct picture *picture = calloc(1, sizeof *picture);
    uint8_t sector[FLASH_BLOCK];
    uint8_t bytes[8];

    memset(sector, 0x42, sizeof sector);
    cr_assert_eq(changes_add(&changes, &(struct change){.kind = CHANGE_BYTES,
                                                        .device = 1,
                                                        .address = 0x1000,
                                                        .length = FLASH_BLOCK,
                                                        .bytes = sector}),
                 0);
    cr_assert_eq(changes_add(&changes, &(struct change){.kind = CHANGE_COPY,
                                                        .device = 2,
                                                        .address = 0x2000,
                                                        .length = FLASH_BLOCK,
                                                        .from = {1, 0x1000}}),
                 0);
    write_bytes(0x1000, "x", 1); /* the other device keeps its own */
    tell((struct event){.code = EVENT_POWER_ON});
    must_open();
    cr_assert_eq(history_at(history, 0, picture), 0);
    cr_expect(picture_blank(&picture->device[0], 0, 0x1000));
    cr_expect(!picture_blank(&picture->device[0], 0xfff, 2));
    picture_flash(&picture->device[1], 0x1ffc, bytes, sizeof bytes);
    cr_expect_arr_eq(bytes, "\xff\xff\xff\xff\x42\x42\x42\x42", sizeof bytes);
    cr_assert_eq(history_at(history, 1, picture), 0);
    picture_flash(&picture->device[1], 0x2000, bytes, 1);
    cr_expect_eq(bytes[0], 0x42);
    picture_flash(&picture->device[0], 0x1000, bytes, 1);
    cr_expect_eq(bytes[0], 'x');
    picture_flash(&picture->device[0], SIZE - 4, bytes, 8);
    cr_expect_eq(bytes[7], 0xff);
    picture_free(picture);
    free(picture);
}

/* ---- what events tell ------------------------------------------------------------- */

static void expect_update(const struct picture *picture)
{
    const struct picture_device *device = &picture->device[0];

    cr_expect_eq(device->boot.boots, 1);
    cr_expect_eq(device->boot.program, PICTURE_APPLICATION);
    cr_expect_eq(device->boot.cause, CTL_CAUSE_POWER_ON);
    cr_expect_eq(device->boot.slot, OTA_SLOT_A);
    cr_expect_eq(device->boot.version, 0x01020000);
    cr_expect(device->agent.downloading);
    cr_expect_str_eq(device->agent.slot, "slot-b");
    cr_expect_eq(device->agent.written, 0x300);
    cr_expect_eq(device->agent.size, 0x2000);
    cr_expect_eq(device->work.what, PICTURE_PROGRAM);
    cr_expect_eq(device->work.address, 0x1300);
    cr_expect_eq(device->console.lines, 1);
    cr_expect_str_eq(device->console.line[0].text, "hello");
    cr_expect(picture->server.offers);
    cr_expect_eq(picture->server.release, 4);
    cr_expect_eq(picture->server.descriptor_size, 3);
    cr_expect_eq(picture->server.faults, 1);
    cr_expect_str_eq(picture->server.fault[0], "silent");
    cr_expect(device->cut_off);
}

static void tell_update(void)
{
    tell((struct event){.code = EVENT_POWER_ON});
    tell((struct event){.code = EVENT_RESET, .number = {CTL_CAUSE_POWER_ON}});
    tell((struct event){.code = EVENT_BOOT_JUMP,
                        .number = {OTA_SLOT_A, OTA_CONFIRMED, 0x01020000}});
    tell((struct event){.code = EVENT_CONSOLE, .text = "hello"});
    change((struct change){
        .kind = CHANGE_OFFER, .length = 3, .bytes = (const uint8_t *)"abc"});
    tell((struct event){
        .code = EVENT_SERVER_PUBLISH, .number = {4}, .text = "next"});
    tell((struct event){
        .code = EVENT_SERVER_MISBEHAVE, .number = {1}, .text = "silent"});
    tell((struct event){.code = EVENT_LINK_DOWN});
    tell((struct event){.code = EVENT_AGENT_DOWNLOAD,
                        .number = {OTA_SLOT_B, 0x200, 0x2000}});
    tell((struct event){.code = EVENT_FLASH_DONE,
                        .label = "slot-b",
                        .number = {0, 0x1200, 0x100}});
    tell((struct event){.code = EVENT_FLASH_PROGRAM,
                        .label = "slot-b",
                        .number = {0, 0x1300, 0x100}});
}

Test(history, events_tell_of_boots_and_updates)
{
    struct picture *picture = calloc(1, sizeof *picture);

    tell_update();
    now = 5000;
    tell((struct event){.code = EVENT_POWER_CUT, .number = {0, 0, 700}});
    tell((struct event){
        .code = EVENT_SERVER_MISBEHAVE, .number = {0}, .text = "silent"});
    tell((struct event){.code = EVENT_END, .text = "passed"});
    must_open();
    cr_assert_eq(history_at(history, 10, picture), 0);
    expect_update(picture);
    cr_assert_eq(history_at(history, 13, picture), 0);
    cr_expect_eq(picture->device[0].work.what, PICTURE_IDLE);
    cr_expect_eq(picture->device[0].boot.program, PICTURE_NOTHING);
    cr_expect_eq(picture->device[0].power_ns, 5700);
    cr_expect_eq(picture->device[0].cuts, 1);
    cr_expect_eq(picture->server.faults, 0);
    cr_expect_str_eq(picture->verdict, "passed");
    cr_assert_eq(history_at(history, 10, picture), 0);
    expect_update(picture);
    picture_free(picture);
    free(picture);
}

Test(history, the_last_lines_of_the_console_are_kept)
{
    struct picture *picture = calloc(1, sizeof *picture);
    const struct picture_console *console = &picture->device[0].console;

    for (unsigned i = 0; i < 2 * PICTURE_LINES + 3; i++) {
        struct event event = {.code = EVENT_CONSOLE};

        snprintf(event.text, sizeof event.text, "line %u", i);
        tell(event);
    }
    must_open();
    cr_assert_eq(history_at(history, history_events(history), picture), 0);
    cr_expect_eq(console->lines, 2 * PICTURE_LINES + 3);
    cr_expect_str_eq(console->line[(console->lines - 1) % PICTURE_LINES].text,
                     "line 34");
    cr_expect_eq(console->line[0].sequence, 33);
    picture_free(picture);
    free(picture);
}

Test(history, a_time_leads_to_its_last_event)
{
    static const uint64_t times[] = {10, 10, 20, 50, 50};

    for (unsigned i = 0; i < 5; i++) {
        now = times[i];
        tell((struct event){.code = EVENT_NOTE});
    }
    must_open();
    cr_expect_eq(history_find(history, 0), 0);
    cr_expect_eq(history_find(history, 10), 2);
    cr_expect_eq(history_find(history, 49), 3);
    cr_expect_eq(history_find(history, UINT64_MAX), 5);
    cr_expect_str_eq(history_scenario(history), "by-hand");
    cr_expect_eq(history_seed(history), 5);
    cr_expect_eq(history_shape(history)->devices, 2);
}

/* ---- what does not fit ---------------------------------------------------------------- */

static void must_refuse(const char *why)
{
    diag.text[0] = '\0';
    cr_expect_eq(open_it(), OTALAB_ERR_USAGE, "%s", why);
    cr_expect_null(history);
    cr_expect_not_null(strstr(diag.text, why), "%s: %s", why, diag.text);
}

Test(history, changes_of_another_recording_are_refused)
{
    uint8_t digest[32] = {0};

    tell((struct event){.code = EVENT_NOTE});
    cr_assert_eq(changes_finish(&changes, digest, &file, &file_size), 0);
    cr_expect_eq(history_read(&history, recording.bytes, recording.length, file,
                              file_size, &diag),
                 OTALAB_ERR_USAGE);
    cr_expect_not_null(strstr(diag.text, "another"), "%s", diag.text);
}

Test(history, changes_after_the_last_event_are_refused)
{
    tell((struct event){.code = EVENT_NOTE});
    write_bytes(0, "x", 1);
    must_refuse("continues after the last event");
}

Test(history, a_change_has_the_time_of_its_event)
{
    write_bytes(0, "x", 1);
    now = 9;
    tell((struct event){.code = EVENT_NOTE});
    must_refuse("has not the time of its event");
}

Test(history, events_are_in_order_and_of_devices_that_there_are)
{
    struct event event = {.code = EVENT_NOTE, .sequence = 2};

    cr_assert_eq(recording_add(&recording, &event), 0);
    must_refuse("line 2: its number, time or device is impossible");
    end();
    begin();
    now = 10;
    tell((struct event){.code = EVENT_NOTE});
    now = 9;
    tell((struct event){.code = EVENT_NOTE});
    must_refuse("line 3: its number, time or device is impossible");
    end();
    begin();
    tell((struct event){.code = EVENT_NOTE, .device = 3});
    must_refuse("line 2: its number, time or device is impossible");
}

Test(history, what_is_no_recording_is_refused)
{
    tell((struct event){.code = EVENT_NOTE});
    recording.length--;
    must_refuse("line 2: not an event, or truncated");
    recording.length = 20;
    must_refuse("line 1: no header of a recording");
    recording.length = 0;
    must_refuse("line 1: no header of a recording");
}

Test(history, a_run_that_told_nothing_is_one)
{
    struct picture *picture = calloc(1, sizeof *picture);

    must_open();
    cr_expect_eq(history_events(history), 0);
    cr_assert_eq(history_at(history, 0, picture), 0);
    cr_expect_eq(picture->devices, 2);
    cr_expect_eq(history_find(history, 5), 0);
    picture_free(picture);
    free(picture);
}

/* ---- datagrams ------------------------------------------------------------------ */

static const uint8_t answer[] = {0x60, 0x45, 0x12, 0x34};

static void datagram(uint32_t device, const uint8_t *bytes, uint32_t length)
{
    change((struct change){.kind = CHANGE_PACKET,
                           .device = device,
                           .value = CHANGES_PACKET_TWICE,
                           .length = length,
                           .bytes = bytes});
}

static const struct event answered = {.code = EVENT_SERVER_ANSWER,
                                      .number = {0x45, sizeof answer}};

Test(history, a_datagram_is_its_events)
{
    struct change packet;

    tell((struct event){.code = EVENT_NOTE});
    datagram(1, answer, sizeof answer);
    tell_plainly(answered);
    must_open();
    cr_expect(!history_packet(history, 0, &packet));
    cr_expect(!history_packet(history, 1, &packet));
    cr_assert(history_packet(history, 2, &packet));
    cr_expect_eq(packet.length, sizeof answer);
    cr_expect_eq(packet.value, CHANGES_PACKET_TWICE);
    cr_expect_arr_eq(packet.bytes, answer, sizeof answer);
}

Test(history, an_event_without_its_datagram)
{
    tell_plainly(answered);
    must_refuse("the datagram of event 1 is missing");
}

Test(history, a_datagram_of_another_length)
{
    datagram(1, answer, sizeof answer - 1);
    tell_plainly(answered);
    must_refuse("has not the length that its event tells, 1");
}

Test(history, an_answer_with_another_code)
{
    static const uint8_t other[] = {0x60, 0x44, 0x12, 0x34};

    datagram(1, other, sizeof other);
    tell_plainly(answered);
    must_refuse("has not the code that its event tells, 1");
}

Test(history, a_datagram_of_another_device)
{
    datagram(2, answer, sizeof answer);
    tell_plainly(answered);
    must_refuse("is no datagram of its event, 1");
}

Test(history, a_datagram_of_an_event_without)
{
    datagram(1, answer, sizeof answer);
    tell((struct event){.code = EVENT_NOTE});
    must_refuse("is no datagram of its event, 1");
}

Test(history, two_datagrams_of_one_event)
{
    datagram(1, answer, sizeof answer);
    datagram(1, answer, sizeof answer);
    tell_plainly(answered);
    must_refuse("follows the datagram of its event, 1");
}
