/* SPDX-License-Identifier: MIT */
/* Lines of a recording come back as the events that they tell of; nothing else
 * is taken for one. */
#include <criterion/criterion.h>
#include <string.h>

#include "record/event_read.h"
#include "record/recording.h"

static size_t line_of(const struct event *event, char line[RECORDING_LINE])
{
    size_t length = event_json(event, line, RECORDING_LINE);

    cr_assert_gt(length, 0);
    return length;
}

static void expect_back(const struct event *event)
{
    char line[RECORDING_LINE];
    size_t length = line_of(event, line);
    struct event back;

    cr_assert_eq(event_read(line, length, &back), 0, "%s", line);
    cr_expect_eq(back.code, event->code, "%s", line);
    cr_expect_eq(back.time_ns, event->time_ns, "%s", line);
    cr_expect_eq(back.sequence, event->sequence, "%s", line);
    cr_expect_eq(back.device, event->device, "%s", line);
    cr_expect_arr_eq(back.number, event->number, sizeof back.number, "%s",
                     line);
    cr_expect_str_eq(back.label, event->label, "%s", line);
    cr_expect_str_eq(back.text, event->text, "%s", line);
}

/* With its fields' values, named ones and others; what has no field is 0. */
static struct event example(unsigned code, uint64_t value)
{
    const struct event_kind *kind = event_kind((enum event_code)code);
    struct event event = {
        .code = code, .time_ns = value * 7, .sequence = value, .device = 1};

    for (unsigned i = 0; i < kind->fields; i++) {
        char letter = kind->field[i].kind;

        if (letter == 'p') {
            strcpy(event.label, "slot-b");
        } else if (letter == 'm') {
            strcpy(event.text, "a \"line\" \\ of text");
        } else if (strchr("kK", letter) != NULL && value > 4) {
            event.number[i] = 4; /* rules have all of their names */
        } else {
            event.number[i] = value;
        }
    }
    return event;
}

Test(event_read, every_kind_comes_back_with_any_value)
{
    for (unsigned code = 0; code < EVENT_COUNT; code++) {
        for (uint64_t value = 0; value < 70; value++) {
            struct event event = example(code, value);

            expect_back(&event);
        }
        struct event event = example(code, 0xFFFFFFFF);

        expect_back(&event);
    }
}

Test(event_read, texts_come_back_whatever_was_printed)
{
    static const char *const texts[] = {"", "\x01\x1b[2J\n\t\x7f",
                                        "Gr\xc3\xbc\xc3\x9f"
                                        "e",
                                        "\xc2\x85", "\xf0\x9f\x98\x80"};

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct event event = {.code = EVENT_CONSOLE};

        strcpy(event.text, texts[i]);
        expect_back(&event);
    }
}

Test(event_read, bytes_that_were_no_utf8_are_one_byte_each)
{
    struct event event = {.code = EVENT_CONSOLE};
    char line[RECORDING_LINE];
    struct event back;

    memset(event.text, 0x80, EVENT_TEXT - 1);
    size_t length = line_of(&event, line);

    cr_assert_eq(event_read(line, length, &back), 0);
    cr_expect_eq(strlen(back.text), EVENT_TEXT - 1);
    cr_expect_eq((unsigned char)back.text[0], 0xff);
}

Test(event_read, any_changed_byte_is_refused_or_another_event)
{
    struct event event = example(EVENT_FLASH_PROGRAM, 3);
    char line[RECORDING_LINE];
    char again[RECORDING_LINE];
    struct event back;
    size_t length = line_of(&event, line);

    for (size_t i = 0; i < length; i++) {
        char was = line[i];

        for (unsigned byte = 0; byte < 256; byte++) {
            line[i] = (char)byte;
            if (event_read(line, length, &back) == 0) {
                cr_expect_eq(event_json(&back, again, sizeof again), length);
                cr_expect_arr_eq(again, line, length);
            }
        }
        line[i] = was;
        cr_expect_neq(event_read(line, i, &back), 0, "cut at %zu", i);
    }
}

Test(event_read, what_no_run_writes_is_refused)
{
    static const char *const lines[] = {
        "",
        "{}",
        "{\"n\":1,\"t\":0,\"dev\":1,\"event\":\"no.such\"}",
        "{\"n\":01,\"t\":0,\"dev\":1,\"event\":\"power.on\"}",
        "{\"n\":1,\"t\":0,\"dev\":1,\"event\":\"power.on\" }",
        "{\"n\":1,\"t\":0,\"dev\":1,\"event\":\"power.on\"}x",
        "{\"n\":1,\"t\":0,\"dev\":1,\"event\":\"reset\"}",
        "{\"n\":1,\"t\":0,\"dev\":1,\"event\":\"reset\",\"cause\":\"none\"}",
        "{\"n\":1,\"t\":0,\"dev\":1,\"event\":\"reset\",\"cause\":\"power-on",
        "{\"n\":1,\"t\":0,\"dev\":1,\"event\":\"reset\",\"cause\":\"1\"}",
        "{\"n\":1,\"t\":0,\"dev\":0,\"event\":\"note\",\"text\":\"\\",
        "{\"n\":1,\"t\":0,\"dev\":0,\"event\":\"note\",\"text\":\"\\u00",
        "{\"n\":99999999999999999999,\"t\":0,\"dev\":1,\"event\":\"power.on\"}",
    };
    struct event back;

    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        cr_expect_neq(event_read(lines[i], strlen(lines[i]), &back), 0, "%s",
                      lines[i]);
    }
}

Test(event_read, a_header_has_name_and_seed)
{
    struct recording recording;
    struct recording_head head;

    recording_init(&recording);
    cr_assert_eq(recording_begin(&recording,
                                 &(struct recording_header){.scenario = "a-b",
                                                            .seed = 12,
                                                            .digests = "rom=1",
                                                            .tools = "x"}),
                 0);
    cr_assert_eq(
        recording_head_read(recording.bytes, recording.length - 1, &head), 0);
    cr_expect_str_eq(head.scenario, "a-b");
    cr_expect_eq(head.seed, 12);
    for (size_t i = 0; i < recording.length - 1; i++) {
        cr_expect_neq(recording_head_read(recording.bytes, i, &head), 0);
    }
    recording_free(&recording);
}
