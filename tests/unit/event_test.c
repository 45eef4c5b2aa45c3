/* SPDX-License-Identifier: MIT */
/* The catalogue of events: names, values as people read them, matching. */
#include "record/event.h"

#include "board/registers.h"
#include "device/board.h"
#include "device/flash.h"
#include "ota/agent_why.h"
#include "ota/reason.h"
#include "outside/link.h"
#include "outside/server.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static unsigned field_of(const struct event *event, const char *key)
{
    int field = event_field_find(event->code, key);

    cr_assert_geq(field, 0, "%s has no field %s", event_kind(event->code)->name,
                  key);
    return (unsigned)field;
}

static bool matches(enum event_code code, const char *key, uint64_t value,
                    const char *text)
{
    struct event event = {.code = code};
    unsigned field = field_of(&event, key);

    event.number[field] = value;
    return event_matches(&event, field, text);
}

static const char *shown(enum event_code code, const char *key, uint64_t value)
{
    static char text[EVENT_TEXT];
    struct event event = {.code = code};
    unsigned field = field_of(&event, key);

    event.number[field] = value;
    event_value(&event, field, text, sizeof text);
    return text;
}

Test(event, names_are_found_and_differ)
{
    for (int i = 0; i < EVENT_COUNT; i++) {
        cr_expect_eq(event_find(event_kind((enum event_code)i)->name), i);
        cr_expect_gt(strlen(event_kind((enum event_code)i)->text), 0);
    }
    cr_expect_eq(event_find("app.read"), -1);
    cr_expect_eq(event_find(""), -1);
}

Test(event, fields_have_a_known_letter_and_a_key)
{
    static const char letters[] = "uxsrtcvqpmdfFkKyabwURleoj";

    for (int i = 0; i < EVENT_COUNT; i++) {
        const struct event_kind *kind = event_kind((enum event_code)i);
        unsigned labels = 0;
        unsigned texts = 0;

        for (unsigned k = 0; k < kind->fields; k++) {
            char letter = kind->field[k].kind;

            cr_expect(letter != '\0' && strchr(letters, letter), "%s: %c",
                      kind->name, letter);
            cr_expect_eq(event_field_find((enum event_code)i,
                                          kind->field[k].key),
                         (int)k, "%s: %s stands there twice", kind->name,
                         kind->field[k].key);
            labels += letter == 'p';
            texts += letter == 'm';
        }
        cr_expect_leq(labels, 1, "%s", kind->name);
        cr_expect_leq(texts, 1, "%s", kind->name);
    }
}

/* A key that is cut to fit its array would be found by nobody. */
Test(event, keys_are_whole)
{
    cr_expect_geq(event_field_find(EVENT_POWER_CUT, "fuse_form"), 0);
    cr_expect_geq(event_field_find(EVENT_CPU_FAULT, "exception"), 0);
    for (int i = 0; i < EVENT_COUNT; i++) {
        const struct event_kind *kind = event_kind((enum event_code)i);

        for (unsigned k = 0; k < kind->fields; k++) {
            cr_expect_lt(strlen(kind->field[k].key),
                         sizeof kind->field[k].key - 1, "%s.%s", kind->name,
                         kind->field[k].key);
        }
    }
}

Test(event, trace_codes_lead_to_their_events)
{
    cr_expect_eq(event_of_trace(TRACE_APP_READY), EVENT_APP_READY);
    cr_expect_eq(event_of_trace(TRACE_CPU_PANIC), EVENT_CPU_PANIC);
    cr_expect_eq(event_of_trace(0), -1);
    cr_expect_eq(event_of_trace(UINT32_MAX), -1);
}

Test(event, values_have_names)
{
    cr_expect_str_eq(shown(EVENT_BOOT_STATE, "slot", 1), "slot-b");
    cr_expect_str_eq(shown(EVENT_BOOT_STATE, "state", 2), "trial");
    cr_expect_str_eq(shown(EVENT_RESET, "cause", CTL_CAUSE_WATCHDOG),
                     "watchdog");
    cr_expect_str_eq(shown(EVENT_APP_READY, "version", 0x01020003), "1.2.3");
    cr_expect_str_eq(shown(EVENT_FLASH_ERASE, "address", 0x1000), "0x001000");
    cr_expect_str_eq(shown(EVENT_CPU_BARK, "pc", 0x21800200), "0x21800200");
    cr_expect_str_eq(shown(EVENT_POWER_CUT, "form", FLASH_FORM_WEAK), "weak");
    cr_expect_str_eq(shown(EVENT_POWER_CUT, "sram", BOARD_SRAM_KEPT), "kept");
    cr_expect_str_eq(reason_name(OTA_REASON_NONE), "none");
}

Test(event, values_of_agent_and_world_have_names)
{
    cr_expect_str_eq(shown(EVENT_AGENT_DEFER, "why", AGENT_WHY_ENERGY_LOW),
                     "energy-low");
    cr_expect_str_eq(shown(EVENT_AGENT_STATE, "state", AGENT_STATE_UPDATING),
                     "updating");
    cr_expect_str_eq(shown(EVENT_AGENT_STATE, "result", AGENT_RESULT_NO_FLASH),
                     "no-flash");
    cr_expect_str_eq(shown(EVENT_RADIO_SEND, "fate", LINK_LOST_OUTAGE),
                     "outage");
    cr_expect_str_eq(shown(EVENT_SERVER_REQUEST, "resource", SERVER_IMAGE),
                     "image");
    cr_expect_str_eq(shown(EVENT_SERVER_ANSWER, "code", 2u << 5 | 5u), "2.05");
    cr_expect_str_eq(shown(EVENT_SERVER_ANSWER, "code", 4u << 5 | 13u), "4.13");
    cr_expect_str_eq(shown(EVENT_SERVER_MISBEHAVE, "on", 1), "yes");
}

/* A guest may send any number: it is shown, never looked up. */
Test(event, numbers_without_a_name_are_shown)
{
    cr_expect_str_eq(shown(EVENT_BOOT_STATE, "slot", 77), "77");
    cr_expect_str_eq(shown(EVENT_BOOT_REJECT, "reason", 4294967295u),
                     "4294967295");
    cr_expect_str_eq(shown(EVENT_POWER_CUT, "form", UINT64_MAX),
                     "18446744073709551615");
    cr_expect_str_eq(shown(EVENT_POWER_CUT, "fuse_form", 1000), "1000");
    cr_expect_str_eq(shown(EVENT_FLASH_RULE, "rule", 1000), "?");
    cr_expect_str_eq(shown(EVENT_OTP_RULE, "rule", 1000), "?");
    cr_expect_str_eq(shown(EVENT_AGENT_STATE, "state", 1000), "1000");
    cr_expect_str_eq(shown(EVENT_AGENT_STATE, "result", 1000), "1000");
    cr_expect_str_eq(shown(EVENT_AGENT_FAIL, "why", UINT32_MAX), "4294967295");
    cr_expect_str_eq(shown(EVENT_RADIO_SEND, "fate", LINK_FATES), "6");
    cr_expect_str_eq(shown(EVENT_SERVER_REQUEST, "resource", SERVER_RESOURCES),
                     "5");
    cr_expect_str_eq(shown(EVENT_SERVER_REQUEST, "resource", UINT64_MAX),
                     "18446744073709551615");
    cr_expect_str_eq(reason_name(UINT32_MAX), "?");
}

Test(event, times_keep_every_digit_that_counts)
{
    static const struct {
        uint64_t ns;
        const char *text;
    } cases[] = {{0, "0.000 us"},         {999, "0.999 us"},
                 {999999, "999.999 us"},  {1000000, "1.000 ms"},
                 {45000000, "45.000 ms"}, {999999999, "999.999 ms"},
                 {1000000000, "1.000 s"}, {120500000000, "120.500 s"}};
    char text[32];

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        event_time(cases[i].ns, text, sizeof text);
        cr_expect_str_eq(text, cases[i].text);
    }
}

Test(event, names_match_and_short_slots)
{
    cr_expect(matches(EVENT_BOOT_STATE, "slot", 0, "slot-a"));
    cr_expect(matches(EVENT_BOOT_STATE, "slot", 0, "a"));
    cr_expect_not(matches(EVENT_BOOT_STATE, "slot", 0, "b"));
    cr_expect_not(matches(EVENT_BOOT_STATE, "slot", 2, "a"));
    cr_expect(matches(EVENT_BOOT_STATE, "slot", 2, "recovery"));
    cr_expect(matches(EVENT_BOOT_STATE, "state", 1, "confirmed"));
    cr_expect_not(matches(EVENT_BOOT_STATE, "state", 1, "1"));
    cr_expect(matches(EVENT_APP_READY, "version", 0x01020000, "1.2.0"));
    cr_expect_not(matches(EVENT_APP_READY, "version", 0x01020000, "1.2"));
    cr_expect(matches(EVENT_AGENT_STATE, "result", 1, "success"));
    cr_expect_not(matches(EVENT_AGENT_STATE, "result", 1, "1"));
    cr_expect(matches(EVENT_RADIO_SEND, "fate", LINK_SENT, "sent"));
    cr_expect(matches(EVENT_SERVER_REQUEST, "resource", 0, "descriptor"));
}

Test(event, coap_codes_match_as_they_are_written)
{
    cr_expect(matches(EVENT_SERVER_ANSWER, "code", 69, "2.05"));
    cr_expect_not(matches(EVENT_SERVER_ANSWER, "code", 69, "2.5"));
    cr_expect_not(matches(EVENT_SERVER_ANSWER, "code", 69, "69"));
    cr_expect_not(matches(EVENT_SERVER_ANSWER, "code", 68, "2.05"));
}

Test(event, numbers_match_in_any_base)
{
    cr_expect(matches(EVENT_OTP_BURN, "bit", 1024, "1024"));
    cr_expect(matches(EVENT_OTP_BURN, "bit", 1024, "0x400"));
    cr_expect_not(matches(EVENT_OTP_BURN, "bit", 1024, "1025"));
    cr_expect(matches(EVENT_FLASH_ERASE, "address", 4096, "0x001000"));
    cr_expect(matches(EVENT_FLASH_ERASE, "address", 4096, "4096"));
    cr_expect(matches(EVENT_CPU_BARK, "pc", 0x21800200, "0x21800200"));
}

Test(event, ranges_hold_both_ends)
{
    cr_expect_not(matches(EVENT_BOOT_ATTEMPT, "left", 1, "2..5"));
    cr_expect(matches(EVENT_BOOT_ATTEMPT, "left", 2, "2..5"));
    cr_expect(matches(EVENT_BOOT_ATTEMPT, "left", 5, "2..5"));
    cr_expect_not(matches(EVENT_BOOT_ATTEMPT, "left", 6, "2..5"));
    cr_expect(matches(EVENT_BOOT_ATTEMPT, "left", 3, "3.."));
    cr_expect_not(matches(EVENT_BOOT_ATTEMPT, "left", 2, "3.."));
    cr_expect(matches(EVENT_FLASH_ERASE, "address", 0x1800, "0x1000..0x1fff"));
}

Test(event, durations_match_as_nanoseconds)
{
    cr_expect(matches(EVENT_POWER_CUT, "off_for", 500000000, "500000000"));
    cr_expect_not(matches(EVENT_POWER_CUT, "off_for", 500000000, "500000001"));
    cr_expect(matches(EVENT_POWER_CUT, "off_for", 500000000, "400000000.."));
    cr_expect(matches(EVENT_POWER_CUT, "off_for", 500000000, "500.000 ms"));
}

Test(event, nonsense_matches_nothing)
{
    static const char *const texts[] = {"",     "-1",    " 5",    "+5",
                                        "5..x", "5..6x", "5.",    "..5",
                                        "5x",   "0x",    "5 ..6", "five"};

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        cr_expect_not(matches(EVENT_OTP_BURN, "bit", 5, texts[i]), "'%s'",
                      texts[i]);
    }
    cr_expect_not(matches(EVENT_OTP_BURN, "bit", UINT64_MAX, "-1"));
}

Test(event, text_matches_by_a_part_label_as_a_whole)
{
    struct event line = {.code = EVENT_CONSOLE, .text = "temperature 21.7"};
    struct event erase = {.code = EVENT_FLASH_ERASE, .label = "slot-b"};

    cr_expect(event_matches(&line, 0, "temperature"));
    cr_expect(event_matches(&line, 0, "21.7"));
    cr_expect_not(event_matches(&line, 0, "21.8"));
    cr_expect_not(event_matches(&line, 0, ""));
    cr_expect(event_matches(&erase, 0, "slot-b"));
    cr_expect_not(event_matches(&erase, 0, "slot"));
}
