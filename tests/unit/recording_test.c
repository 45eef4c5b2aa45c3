/* SPDX-License-Identifier: MIT */
/* The recording: one JSON object a line, whatever a device prints. */
#include "record/recording.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static struct recording recording;
static const struct recording_header header = {
    .scenario = "a-b", .seed = 7, .digests = "rom=1", .tools = "x 1.0"};

static void begin(void)
{
    recording_init(&recording);
}

static void end(void)
{
    recording_free(&recording);
}

TestSuite(recording, .init = begin, .fini = end);

static void expect_json(const struct event *event, const char *wanted)
{
    char line[2048];
    size_t length = event_json(event, line, sizeof line);

    cr_expect_str_eq(line, wanted);
    cr_expect_eq(length, strlen(wanted));
}

Test(recording, event_with_names_and_numbers)
{
    struct event event = {.code = EVENT_FLASH_PROGRAM,
                          .time_ns = 1188696000,
                          .sequence = 12,
                          .label = "journal",
                          .number = {0, 0x10080, 128}};

    expect_json(&event, "{\"n\":12,\"t\":1188696000,\"dev\":0,"
                        "\"event\":\"flash.program\",\"partition\":\"journal\","
                        "\"address\":\"0x010080\",\"length\":128}");
}

Test(recording, durations_are_plain_nanoseconds)
{
    struct event event = {.code = EVENT_POWER_CUT, .number = {0, 0, 500000000}};
    char line[2048];

    cr_assert_gt(event_json(&event, line, sizeof line), 0);
    cr_expect_not_null(strstr(line, "\"off_for\":500000000,"), "%s", line);
}

Test(recording, whatever_a_device_prints_is_escaped)
{
    struct event event = {.code = EVENT_CONSOLE,
                          .text = "a\"b\\c\x01\x1b[2J\n\t\x7f\xff\xc3\xa4"};

    expect_json(&event, "{\"n\":0,\"t\":0,\"dev\":0,\"event\":\"console\","
                        "\"line\":\"a\\\"b\\\\c\\u0001\\u001b[2J\\u000a\\u0009"
                        "\\u007f\xef\xbf\xbd\xc3\xa4\"}");
}

/* No control character gets through, a line stays a line, and a byte that is
 * no UTF-8 is replaced. */
Test(recording, no_byte_gets_through_raw)
{
    for (unsigned byte = 1; byte < 256; byte++) {
        struct event event = {.code = EVENT_CONSOLE, .text = {(char)byte}};
        char line[2048];
        size_t length = event_json(&event, line, sizeof line);

        cr_assert_gt(length, 0);
        for (size_t i = 0; i < length; i++) {
            cr_assert((unsigned char)line[i] >= 0x20 && line[i] != 0x7f,
                      "byte 0x%02x", byte);
        }
        cr_assert(byte < 0x80 || strstr(line, "\xef\xbf\xbd") != NULL,
                  "byte 0x%02x", byte);
    }
}

Test(recording, longest_text_fits)
{
    struct event event = {.code = EVENT_CONSOLE};

    memset(event.text, 0xff, sizeof event.text - 1);
    cr_expect_eq(recording_begin(&recording, &header), 0);
    cr_expect_eq(recording_add(&recording, &event), 0);
    cr_expect_eq(recording.bytes[recording.length - 1], '\n');
}

Test(recording, too_small_a_buffer_gives_nothing)
{
    struct event event = {.code = EVENT_CONSOLE, .text = "hello"};
    char line[2048];
    size_t length = event_json(&event, line, sizeof line);
    char *exact = malloc(length + 1);

    cr_assert_not_null(exact);
    cr_expect_eq(event_json(&event, exact, length + 1), length);
    cr_expect_eq(event_json(&event, exact, length), 0);
    cr_expect_eq(event_json(&event, exact, 1), 0);
    free(exact);
}

Test(recording, header_then_a_line_an_event)
{
    struct event event = {.code = EVENT_POWER_ON, .sequence = 1};

    cr_expect_eq(recording_begin(&recording, &header), 0);
    cr_expect_eq(recording_add(&recording, &event), 0);
    cr_expect_eq(recording.events, 1);
    static const char wanted[] =
        "{\"otalab\":1,\"scenario\":\"a-b\",\"seed\":7,\"digests\":\"rom=1\","
        "\"tools\":\"x 1.0\"}\n"
        "{\"n\":1,\"t\":0,\"dev\":0,\"event\":\"power.on\"}\n";
    cr_assert_eq(recording.length, sizeof wanted - 1);
    cr_expect_arr_eq(recording.bytes, wanted, sizeof wanted - 1);
}

Test(recording, header_is_escaped_too)
{
    struct recording_header odd = header;

    odd.scenario = "a\"b";
    cr_assert_eq(recording_begin(&recording, &odd), 0);
    cr_expect_not_null(
        memmem(recording.bytes, recording.length, "\"a\\\"b\"", 6));
}

Test(recording, digest_follows_every_byte)
{
    struct event event = {.code = EVENT_OTP_BURN, .number = {1}};
    struct recording other;
    uint8_t digest[3][32];

    recording_init(&other);
    cr_assert_eq(recording_begin(&recording, &header), 0);
    cr_assert_eq(recording_begin(&other, &header), 0);
    recording_digest(&recording, digest[0]);
    recording_digest(&other, digest[1]);
    cr_expect_arr_eq(digest[0], digest[1], 32);
    cr_assert_eq(recording_add(&recording, &event), 0);
    event.number[0] = 2;
    cr_assert_eq(recording_add(&other, &event), 0);
    recording_digest(&recording, digest[1]);
    recording_digest(&other, digest[2]);
    cr_expect_neq(memcmp(digest[0], digest[1], 32), 0);
    cr_expect_neq(memcmp(digest[1], digest[2], 32), 0);
    recording_free(&other);
}

Test(recording, grows_over_many_events)
{
    struct event event = {.code = EVENT_OTP_BURN};
    unsigned lines = 0;

    cr_assert_eq(recording_begin(&recording, &header), 0);
    for (unsigned i = 0; i < 10000; i++) {
        event.number[0] = i;
        cr_assert_eq(recording_add(&recording, &event), 0);
    }
    for (size_t i = 0; i < recording.length; i++) {
        lines += recording.bytes[i] == '\n';
    }
    cr_expect_eq(lines, 10001);
}
