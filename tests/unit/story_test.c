/* SPDX-License-Identifier: MIT */
/* The story: each sentence fits its event, and a device cannot paint over
 * it. */
#include "record/sentence.h"
#include "record/story.h"

#include "board/registers.h"
#include "device/flash.h"
#include "device/otp.h"
#include "ota/agent_why.h"
#include "ota/reason.h"
#include "ota/request.h"
#include "ota/slot.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static char told[32768];

/* What the story writes about one event. */
static const char *tell(const struct event *event, bool verbose, bool color)
{
    FILE *out = fmemopen(told, sizeof told, "w");
    struct story story = {.out = out, .verbose = verbose, .color = color};

    cr_assert_not_null(out);
    memset(told, 0, sizeof told);
    story_event(&story, event);
    fclose(out);
    return told;
}

static void check_keys(const struct sentence *sentence)
{
    const char *name = event_kind(sentence->code)->name;

    for (const char *text = sentence->text; (text = strchr(text, '{')) != NULL;
         text++) {
        char key[32] = "";
        const char *end = strchr(text, '}');

        cr_assert_not_null(end, "%s: no }", sentence->text);
        cr_assert_lt((size_t)(end - text), sizeof key);
        memcpy(key, text + 1, (size_t)(end - text - 1));
        cr_expect_geq(event_field_find(sentence->code, key), 0,
                      "%s has no field '%s'", name, key);
    }
    if (sentence->when != NULL) {
        char key[32] = "";

        memcpy(key, sentence->when, strcspn(sentence->when, "=&"));
        cr_expect_geq(event_field_find(sentence->code, key), 0,
                      "%s has no field '%s'", name, key);
    }
}

/* A misspelt {key} would silently leave a hole in the line. */
Test(story, every_key_of_a_sentence_is_a_field)
{
    unsigned sentences = 0;

    for (int i = 0; i < EVENT_COUNT; i++) {
        const struct sentence *row;

        for (unsigned k = 0;
             (row = sentence_row((enum event_code)i, k)) != NULL; k++) {
            check_keys(row);
            sentences++;
        }
    }
    cr_expect_gt(sentences, 60);
}

/* Behind conditions there is one that always holds. */
Test(story, an_event_with_sentences_always_has_one)
{
    for (int i = 0; i < EVENT_COUNT; i++) {
        const struct sentence *row = NULL;
        const struct sentence *next;

        for (unsigned k = 0;
             (next = sentence_row((enum event_code)i, k)) != NULL; k++) {
            cr_expect(row == NULL || row->when != NULL, "%s: %s is never said",
                      event_kind((enum event_code)i)->name, next->text);
            row = next;
        }
        cr_expect(row == NULL || row->when == NULL, "%s",
                  event_kind((enum event_code)i)->name);
    }
}

Test(story, line_has_time_who_and_what)
{
    struct event event = {.code = EVENT_BOOT_ATTEMPT,
                          .time_ns = 1777277000,
                          .number = {1, 2}};

    cr_expect_str_eq(tell(&event, false, false),
                     "      1.777277 s  boot     counts a trial boot of "
                     "slot-b; 2 left\n");
}

Test(story, routine_is_told_on_demand)
{
    struct event event = {.code = EVENT_FLASH_ERASE,
                          .label = "slot-b",
                          .number = {0, 0x80000}};

    cr_expect_str_eq(tell(&event, false, false), "");
    cr_expect_not_null(strstr(tell(&event, true, false),
                              "flash.erase partition=slot-b address=0x080000"));
}

/* A download of 256 blocks is one line. */
Test(story, single_datagrams_are_told_on_demand)
{
    static const enum event_code codes[] = {
        EVENT_RADIO_SEND,     EVENT_RADIO_RECEIVE, EVENT_RADIO_DROP,
        EVENT_SERVER_REQUEST, EVENT_SERVER_ANSWER, EVENT_FLASH_PROGRAM};

    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        struct event event = {.code = codes[i]};

        cr_expect_str_eq(tell(&event, false, false), "");
        cr_expect_not_null(
            strstr(tell(&event, true, false), event_kind(codes[i])->name));
    }
}

Test(story, what_agent_and_server_do_is_told)
{
    static const char *const told_of[] = {"agent.",        "link.",
                                          "battery.",      "server.publish",
                                          "server.status", "server.withdraw"};

    for (int i = 0; i < EVENT_COUNT; i++) {
        for (size_t k = 0; k < sizeof told_of / sizeof told_of[0]; k++) {
            const char *name = event_kind((enum event_code)i)->name;

            if (strncmp(name, told_of[k], strlen(told_of[k])) == 0) {
                cr_expect_not_null(sentence_row((enum event_code)i, 0), "%s",
                                   name);
            }
        }
    }
}

static size_t lines_of(const struct event *events, size_t count, bool verbose)
{
    FILE *out = fmemopen(told, sizeof told, "w");
    struct story story = {.out = out, .verbose = verbose, .several = true};
    size_t lines = 0;

    cr_assert_not_null(out);
    memset(told, 0, sizeof told);
    for (size_t i = 0; i < count; i++) {
        story_event(&story, &events[i]);
    }
    fclose(out);
    for (const char *at = told; (at = strchr(at, '\n')) != NULL; at++) {
        lines++;
    }
    return lines;
}

Test(story, polls_in_a_row_are_one_line)
{
    static const struct event events[] = {
        {.code = EVENT_AGENT_POLL},   {.code = EVENT_RADIO_SEND},
        {.code = EVENT_AGENT_POLL},   {.code = EVENT_AGENT_POLL},
        {.code = EVENT_AGENT_REFUSE}, {.code = EVENT_AGENT_POLL}};

    cr_expect_eq(lines_of(events, 6, false), 4, "%s", told);
    cr_expect_not_null(
        strstr(told, "agent    asked the server 2 more times; nothing new\n"),
        "%s", told);
    cr_expect_eq(lines_of(events, 6, true), 6, "%s", told);
}

Test(story, a_restart_has_its_reason)
{
    struct event events[] = {
        {.code = EVENT_RESET_REQUEST, .device = 1, .number = {2}},
        {.code = EVENT_ROM_START, .device = 1, .number = {CTL_CAUSE_SOFTWARE}},
        {.code = EVENT_ROM_START, .device = 1, .number = {CTL_CAUSE_SOFTWARE}}};

    cr_expect_eq(lines_of(events, 3, false), 2);
    cr_expect_not_null(strstr(told, "starts: the program was ended by a "
                                    "fault\n"),
                       "%s", told);
    cr_expect_not_null(strstr(told, "starts: the program restarted"), "%s",
                       told);
    events[1].number[0] = CTL_CAUSE_WATCHDOG; /* it never came to it */
    lines_of(events, 2, false);
    cr_expect_not_null(strstr(told, "starts: the watchdog reset the CPU"), "%s",
                       told);
}

Test(story, numbers_become_sentences)
{
    static const struct {
        struct event event;
        const char *says;
    } rows[] = {
        {{.code = EVENT_APP_HEALTH, .number = {1, 0}},
         "app      self-test passed\n"},
        {{.code = EVENT_APP_HEALTH, .number = {0, 3}},
         "app      self-test FAILED, detail 3\n"},
        {{.code = EVENT_BOOT_STATE, .number = {0, 1, 0, 0}},
         "reads the journal: slot-a is confirmed\n"},
        {{.code = EVENT_BOOT_STATE, .number = {1, 2, 1, 0}},
         "reads the journal: slot-b is on trial, 1 attempt left\n"},
        {{.code = EVENT_CPU_FAULT, .number = {6, 0x218002c0, 0, 0x10000}},
         "FAULT at 0x218002c0: an undefined instruction\n"},
        {{.code = EVENT_CPU_FAULT, .number = {4, 0x21800000, 0, 0x82}},
         "a load from or store to protected memory\n"},
        {{.code = EVENT_CPU_FAULT, .number = {3, 0x10, 0x20, 0}},
         "FAULT at 0x00000010, called from 0x00000020: exception 3, cfsr "},
        {{.code = EVENT_ROM_SELECT, .number = {1, 1 << 24, 0}},
         "has verified bootloader 1.0.0 in boot-b\n"},
        {{.code = EVENT_BOOT_ATTEMPT, .number = {1, 0}},
         "counts a trial boot of slot-b, the last one\n"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        cr_expect_not_null(strstr(tell(&rows[i].event, false, false),
                                  rows[i].says),
                           "%s", told);
    }
}

Test(story, several_devices_are_told_apart)
{
    static const struct event events[] = {{.code = EVENT_APP_READY,
                                           .device = 2},
                                          {.code = EVENT_SERVER_WITHDRAW}};

    lines_of(events, 2, false);
    cr_expect_not_null(strstr(told, " s  [2] app      version"), "%s", told);
    cr_expect_not_null(strstr(told, " s      server   withdraws"), "%s", told);
}

Test(story, what_is_nothing_is_not_said)
{
    struct event event = {.code = EVENT_AGENT_STATE,
                          .number = {AGENT_STATE_DOWNLOADING}};

    cr_expect_not_null(
        strstr(tell(&event, false, false), "agent    is downloading\n"));
    event.number[1] = AGENT_RESULT_NO_FLASH;
    cr_expect_not_null(strstr(tell(&event, false, false),
                              "is downloading; result no-flash\n"));
    event.number[2] = AGENT_WHY_TOO_LARGE;
    cr_expect_not_null(
        strstr(tell(&event, false, false),
               "is downloading; result no-flash, reason too-large\n"));
    event.number[1] = 0;
    cr_expect_not_null(strstr(tell(&event, false, false),
                              "is downloading, reason too-large\n"));
}

Test(story, cut_says_what_it_tore_if_it_did)
{
    struct event event = {.code = EVENT_POWER_CUT,
                          .number = {FLASH_FORM_PREFIX, 0, 2000000}};

    cr_expect_not_null(strstr(tell(&event, false, false),
                              "CUT for 2.000 ms; nothing was in flight\n"),
                       "%s", told);
    event.number[1] = OTP_FORM_WEAK;
    cr_expect_not_null(strstr(tell(&event, false, false),
                              "the fuse being burned is torn: weak\n"),
                       "%s", told);
    snprintf(event.label, sizeof event.label, "slot-b");
    cr_expect_not_null(strstr(tell(&event, false, false),
                              "CUT for 2.000 ms; the operation in flight is "
                              "torn: slot-b, prefix\n"),
                       "%s", told);
}

/* ---- progress ---------------------------------------------------------- */

#define BASE 0x80000u
#define PAGE 256u

static struct event written(const char *slot, uint64_t second, uint32_t address,
                            uint32_t length)
{
    struct event event = {.code = EVENT_FLASH_DONE,
                          .device = 1,
                          .time_ns = second * 1000000000u,
                          .number = {0, address, length}};

    snprintf(event.label, sizeof event.label, "%s", slot);
    return event;
}

/* A download of 16 pages from `from` on, a page each `seconds`. */
static void download(struct story *story, uint64_t *now, uint64_t from,
                     uint64_t seconds)
{
    struct event event = {.code = EVENT_AGENT_DOWNLOAD,
                          .device = 1,
                          .time_ns = *now * 1000000000u,
                          .number = {OTA_SLOT_B, from, 16 * PAGE}};

    story_event(story, &event);
    event = written("slot-b", *now, BASE + (uint32_t)from, 0); /* an erase */
    story_event(story, &event);
    for (uint64_t at = from; at < 16 * PAGE; at += PAGE) {
        event = written("slot-b", *now += seconds, BASE + (uint32_t)at, PAGE);
        story_event(story, &event);
        event = written("progress", *now, 0x14000, 128);
        story_event(story, &event);
    }
    event = (struct event){.code = EVENT_AGENT_VERIFIED,
                           .device = 1,
                           .time_ns = *now * 1000000000u};
    story_event(story, &event);
}

static size_t lines_with(const char *word)
{
    size_t lines = 0;

    for (const char *at = told; (at = strstr(at, word)) != NULL; at++) {
        lines++;
    }
    return lines;
}

static void tell_downloads(uint64_t from, uint64_t again, uint64_t seconds,
                           bool verbose)
{
    FILE *out = fmemopen(told, sizeof told, "w");
    struct story story = {.out = out, .verbose = verbose};
    uint64_t now = 0;

    cr_assert_not_null(out);
    memset(told, 0, sizeof told);
    download(&story, &now, from, seconds);
    if (again > 0) {
        download(&story, &now, again, seconds);
    }
    fclose(out);
}

Test(story, long_download_tells_its_quarters)
{
    tell_downloads(0, 0, 2, false);
    cr_expect_eq(lines_with(" bytes\n"), 3, "%s", told);
    cr_expect_not_null(
        strstr(told, "      8.000000 s  agent    has 1024 of 4096 bytes\n"),
        "%s", told);
    cr_expect_not_null(strstr(told, "has 3072 of 4096"), "%s", told);
}

Test(story, resumed_download_goes_on_counting)
{
    tell_downloads(0, 6 * PAGE, 2, false);
    cr_expect_eq(lines_with("has 1024 of"), 1, "%s", told);
    cr_expect_eq(lines_with("has 2048 of"), 1, "%s", told); /* 4 s after it */
    cr_expect_eq(lines_with("has 3072 of"), 2, "%s", told);
}

/* Where the slot begins is not known then. */
Test(story, download_that_began_before_the_run_says_nothing)
{
    tell_downloads(6 * PAGE, 0, 2, false);
    cr_expect_eq(lines_with(" of 4096 bytes\n"), 0, "%s", told);
}

Test(story, fast_download_leaves_quarters_out)
{
    tell_downloads(0, 0, 1, false);
    cr_expect_eq(lines_with(" of 4096 bytes\n"), 1, "%s", told);
}

Test(story, verbose_has_a_line_for_each_event_and_no_other)
{
    tell_downloads(0, 0, 2, true);
    cr_expect_eq(lines_with(" has "), 0, "%s", told);
}

Test(story, refused_request_has_its_reason)
{
    struct event event = {.code = EVENT_BOOT_REQUEST,
                          .number = {OTA_REQUEST_TRIAL, OTA_SLOT_B}};

    cr_expect_not_null(strstr(tell(&event, false, false),
                              "is asked to try slot-b\n"),
                       "%s", told);
    event.number[2] = OTA_REASON_DOWNGRADE;
    cr_expect_not_null(strstr(tell(&event, false, false),
                              "try slot-b, but refuses: downgrade\n"),
                       "%s", told);
}

/* Brackets in what a device prints are no parts. */
Test(story, brackets_of_a_device_are_text)
{
    struct event event = {.code = EVENT_CONSOLE, .text = "[{line}] a[0]"};

    cr_expect_not_null(strstr(tell(&event, false, false), "[{line}] a[0]\n"));
}

Test(story, colour_on_demand)
{
    struct event event = {.code = EVENT_BOOT_ROLLBACK, .number = {1, 0, 0}};

    cr_expect_null(strchr(tell(&event, false, false), '\033'));
    cr_expect_not_null(strstr(tell(&event, false, true), "\033[33m"));
    cr_expect_not_null(strstr(told, "\033[0m"));
}

Test(story, control_characters_of_a_device_are_shown)
{
    struct event event = {.code = EVENT_CONSOLE, .text = "a\033[2J\r\x7f\x01z"};

    cr_expect_not_null(strstr(tell(&event, false, false), "a^[[2J^M^?^Az\n"),
                       "%s", told);
    event.code = EVENT_CONSOLE_IN;
    cr_expect_null(strchr(tell(&event, true, false), '\033'));
}

Test(story, letters_of_other_languages_stay)
{
    struct event event = {.code = EVENT_CONSOLE, .text = "21,7 \xc2\xb0\x43"};

    cr_expect_not_null(
        strstr(tell(&event, false, false), "21,7 \xc2\xb0\x43\n"));
}

/* Braces in what a device prints are no keys. */
Test(story, braces_of_a_device_are_text)
{
    struct event event = {.code = EVENT_CONSOLE, .text = "{line} {x} {"};

    cr_expect_not_null(strstr(tell(&event, false, false), "{line} {x} {\n"));
}

Test(story, longest_text_of_control_characters_fits)
{
    struct event event = {.code = EVENT_CONSOLE};
    char small[10];

    memset(event.text, 0x1b, sizeof event.text - 1);
    cr_expect_lt(strlen(tell(&event, false, false)), sizeof told - 1);
    cr_expect(story_line(&event, small, sizeof small));
    cr_expect_eq(strlen(small), sizeof small - 1);
}
