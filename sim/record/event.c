/* SPDX-License-Identifier: MIT */
#include "record/event.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "board/registers.h"
#include "device/board.h"
#include "device/accelerator.h"
#include "device/flash.h"
#include "device/otp.h"
#include "ota/agent_why.h"
#include "ota/reason.h"
#include "ota/slot.h"
#include "outside/link.h"
#include "outside/server.h"

struct catalogue_row {
    const char *name;
    const char *fields;
    const char *text;
    int trace_code; /* -1: not of the trace port */
};

static const struct catalogue_row catalogue[EVENT_COUNT] = {
#define ROW_TRACE(code, number, name, args, text) {name, args, text, number},
    TRACE_EVENTS(ROW_TRACE)
#undef ROW_TRACE
#define ROW_HOST(code, name, fields, text) {name, fields, text, -1},
        HOST_EVENTS(ROW_HOST)
#undef ROW_HOST
};

static struct event_kind kinds[EVENT_COUNT]; /* constant once built */

/* "p:partition a:address" -> fields; the catalogue is our own, so not
 * checked. */
static void kind_build(struct event_kind *kind, const struct catalogue_row *row)
{
    const char *at = row->fields;

    kind->name = row->name;
    kind->text = row->text;
    while (*at != '\0' && kind->fields < EVENT_FIELDS) {
        struct event_field *field = &kind->field[kind->fields++];
        size_t length = strcspn(at + 2, " ");

        field->kind = at[0];
        snprintf(field->key, sizeof field->key, "%.*s", (int)length, at + 2);
        at += 2 + length;
        at += (*at == ' ') ? 1 : 0;
    }
}

__attribute__((constructor)) static void kinds_build(void)
{
    for (unsigned i = 0; i < EVENT_COUNT; i++) {
        kind_build(&kinds[i], &catalogue[i]);
    }
}

const struct event_kind *event_kind(enum event_code code)
{
    return &kinds[code];
}

int event_find(const char *name)
{
    for (unsigned i = 0; i < EVENT_COUNT; i++) {
        if (strcmp(catalogue[i].name, name) == 0) {
            return (int)i;
        }
    }
    return -1;
}

int event_of_trace(uint32_t trace_code)
{
    for (unsigned i = 0; i < EVENT_COUNT; i++) {
        if (catalogue[i].trace_code >= 0 &&
            (uint32_t)catalogue[i].trace_code == trace_code) {
            return (int)i;
        }
    }
    return -1;
}

int event_field_find(enum event_code code, const char *key)
{
    for (unsigned i = 0; i < kinds[code].fields; i++) {
        if (strcmp(kinds[code].field[i].key, key) == 0) {
            return (int)i;
        }
    }
    return -1;
}

/* ---- names of values -------------------------------------------------- */

struct value_name {
    uint32_t value;
    const char *name;
};

static const struct value_name reasons[] = {
#define REASON_ROW(name, value, text) {value, text},
    OTA_REASONS(REASON_ROW)
#undef REASON_ROW
        {0, NULL}};

static const struct value_name whys[] = {
#define WHY_ROW(name, value, text, result, suit) {value, text},
    AGENT_WHYS(WHY_ROW)
#undef WHY_ROW
        {0, NULL}};

static const struct value_name updates[] = {
#define UPDATE_ROW(name, value, text) {value, text},
    AGENT_STATES(UPDATE_ROW)
#undef UPDATE_ROW
        {0, NULL}};

static const struct value_name results[] = {
#define RESULT_ROW(name, value, text) {value, text},
    AGENT_RESULTS(RESULT_ROW)
#undef RESULT_ROW
        {0, NULL}};

static const struct value_name slots[] = {{OTA_SLOT_A, "slot-a"},
                                          {OTA_SLOT_B, "slot-b"},
                                          {OTA_SLOT_RECOVERY, "recovery"},
                                          {0, NULL}};
static const struct value_name states[] = {{OTA_CONFIRMED, "confirmed"},
                                           {OTA_TRIAL, "trial"},
                                           {0, NULL}};
static const struct value_name causes[] = {{CTL_CAUSE_POWER_ON, "power-on"},
                                           {CTL_CAUSE_BROWN_OUT, "brown-out"},
                                           {CTL_CAUSE_WATCHDOG, "watchdog"},
                                           {CTL_CAUSE_SOFTWARE, "software"},
                                           {CTL_CAUSE_DEADLINE, "deadline"},
                                           {CTL_CAUSE_PIN, "pin"},
                                           {0, NULL}};
static const struct value_name requests[] = {{OTA_REQUEST_TRIAL, "trial"},
                                             {OTA_REQUEST_CONFIRM, "confirm"},
                                             {OTA_REQUEST_COMMIT, "commit"},
                                             {OTA_REQUEST_ABANDON, "abandon"},
                                             {OTA_REQUEST_ALIVE, "alive"},
                                             {OTA_REQUEST_FETCH, "fetch"},
                                             {0, NULL}};
static const struct value_name srams[] = {{BOARD_SRAM_SCRAMBLED, "scrambled"},
                                          {BOARD_SRAM_PARTLY, "partly"},
                                          {BOARD_SRAM_KEPT, "kept"},
                                          {0, NULL}};
static const struct value_name answers[] = {{0, "no"}, {1, "yes"}, {0, NULL}};

static const struct value_name unit_faults[] = {{ACCELERATOR_WRONG,
                                                 "wrong-result"},
                                                {ACCELERATOR_STUCK, "stuck"},
                                                {ACCELERATOR_DEAD, "dead"},
                                                {0, NULL}};

static const struct {
    char kind;
    const struct value_name *names;
} name_tables[] = {{'r', reasons}, {'s', slots},      {'t', states},
                   {'c', causes},  {'q', requests},   {'y', srams},
                   {'b', answers}, {'w', whys},       {'U', updates},
                   {'R', results}, {'j', unit_faults}};

static const char *name_of(const struct value_name *names, uint64_t value)
{
    for (; names->name != NULL; names++) {
        if (names->value == value) {
            return names->name;
        }
    }
    return NULL;
}

/* An event says what was left of an operation, or that there was none. */
#define NO_FORM "none"

static const char *named_value(char kind, uint64_t value)
{
    for (size_t i = 0; i < sizeof name_tables / sizeof name_tables[0]; i++) {
        if (name_tables[i].kind == kind) {
            return name_of(name_tables[i].names, value);
        }
    }
    switch (kind) {
    case 'f':
        return value == FLASH_FORM_AUTO ? NO_FORM
               : value < FLASH_FORM_COUNT
                   ? flash_form_name((enum flash_form)value)
                   : NULL;
    case 'F':
        return value == OTP_FORM_AUTO   ? NO_FORM
               : value < OTP_FORM_COUNT ? otp_form_name((enum otp_form)value)
                                        : NULL;
    case 'k':
        return flash_rule_name((enum flash_rule)value);
    case 'K':
        return otp_rule_name((enum otp_rule)value);
    case 'l':
        return value < LINK_FATES ? link_fate_name((enum link_fate)value)
                                  : NULL;
    case 'e':
        return value < SERVER_RESOURCES
                   ? server_path((enum server_resource)value)
                   : NULL;
    default:
        return NULL;
    }
}

/* The kinds whose names are functions: so many values have one. */
#define NAMED_MAX 32u

static bool find_named(char kind, const char *text, uint64_t *value)
{
    for (size_t i = 0; i < sizeof name_tables / sizeof name_tables[0]; i++) {
        const struct value_name *names = name_tables[i].names;

        for (; name_tables[i].kind == kind && names->name != NULL; names++) {
            if (strcmp(names->name, text) == 0) {
                *value = names->value;
                return true;
            }
        }
    }
    for (uint64_t i = 0; strchr("fFkKle", kind) != NULL && i < NAMED_MAX; i++) {
        const char *name = named_value(kind, i);

        if (name != NULL && strcmp(name, text) == 0) {
            *value = i;
            return true;
        }
    }
    return false;
}

const char *reason_name(uint32_t reason)
{
    const char *name = name_of(reasons, reason);

    return name != NULL ? name : "?";
}

void event_time(uint64_t ns, char *out, size_t size)
{
    if (ns < 1000000u) {
        snprintf(out, size, "%" PRIu64 ".%03u us", ns / 1000u,
                 (unsigned)(ns % 1000u));
    } else if (ns < 1000000000u) {
        snprintf(out, size, "%" PRIu64 ".%03u ms", ns / 1000000u,
                 (unsigned)(ns / 1000u % 1000u));
    } else {
        snprintf(out, size, "%" PRIu64 ".%03u s", ns / 1000000000u,
                 (unsigned)(ns / 1000000u % 1000u));
    }
}

void event_value(const struct event *event, unsigned field, char *out,
                 size_t size)
{
    char kind = kinds[event->code].field[field].kind;
    uint64_t value = event->number[field];
    const char *name = named_value(kind, value);

    if (kind == 'p') {
        snprintf(out, size, "%s", event->label);
    } else if (kind == 'm') {
        snprintf(out, size, "%s", event->text);
    } else if (name != NULL) {
        snprintf(out, size, "%s", name);
    } else if (kind == 'v') {
        snprintf(out, size, "%u.%u.%u", (unsigned)(value >> 24 & 0xff),
                 (unsigned)(value >> 16 & 0xff), (unsigned)(value & 0xffff));
    } else if (kind == 'x') {
        snprintf(out, size, "0x%08" PRIx64, value);
    } else if (kind == 'a') {
        snprintf(out, size, "0x%06" PRIx64, value);
    } else if (kind == 'd') {
        event_time(value, out, size);
    } else if (kind == 'o') {
        snprintf(out, size, "%" PRIu64 ".%02u", value >> 5,
                 (unsigned)(value & 31u));
    } else {
        snprintf(out, size, "%" PRIu64, value);
    }
}

/* Whole numbers between dots: 1.2.3 with three of them. */
static bool read_dotted(const char *text, unsigned count, uint64_t *numbers)
{
    for (unsigned i = 0; i < count; i++) {
        char *stop = NULL;

        if (*text < '0' || *text > '9') {
            return false;
        }
        numbers[i] = strtoull(text, &stop, 10);
        if (*stop != (i + 1 < count ? '.' : '\0')) {
            return false;
        }
        text = stop + 1;
    }
    return true;
}

bool event_set(struct event *event, unsigned field, const char *text)
{
    char kind = kinds[event->code].field[field].kind;
    uint64_t *number = &event->number[field];
    uint64_t part[3];
    char *stop = NULL;

    if (kind == 'p' || kind == 'm') {
        char *to = kind == 'p' ? event->label : event->text;
        size_t size = kind == 'p' ? sizeof event->label : sizeof event->text;

        return snprintf(to, size, "%s", text) < (int)size;
    }
    if (find_named(kind, text, number)) {
        return true;
    }
    if (kind == 'v' && read_dotted(text, 3, part)) {
        *number = part[0] << 24 | part[1] << 16 | part[2];
        return true;
    }
    if (kind == 'o' && read_dotted(text, 2, part)) {
        *number = part[0] << 5 | part[1];
        return true;
    }
    *number = strtoull(text, &stop, strchr("xa", kind) != NULL ? 16 : 10);
    return stop != text && *stop == '\0';
}

/* Reads digits in any base up to `*end`; no sign, no spaces. */
static bool read_number(const char *text, uint64_t *value, const char **end)
{
    char *stop = NULL;

    if (text[0] < '0' || text[0] > '9') {
        return false;
    }
    *value = strtoull(text, &stop, 0);
    *end = stop;
    return true;
}

static bool number_matches(uint64_t value, const char *text)
{
    const char *end = NULL;
    uint64_t low = 0;
    uint64_t high = UINT64_MAX;

    if (!read_number(text, &low, &end)) {
        return false;
    }
    if (*end == '\0') {
        return value == low;
    }
    if (strncmp(end, "..", 2) != 0 ||
        (end[2] != '\0' &&
         (!read_number(end + 2, &high, &end) || *end != '\0'))) {
        return false;
    }
    return value >= low && value <= high;
}

bool event_matches(const struct event *event, unsigned field, const char *text)
{
    char value[EVENT_TEXT];
    char kind = kinds[event->code].field[field].kind;

    event_value(event, field, value, sizeof value);
    if (strcmp(value, text) == 0) {
        return true;
    }
    if (kind == 'm') { /* matches if it is a part of the line */
        return text[0] != '\0' && strstr(value, text) != NULL;
    }
    if (kind == 's') { /* "a" for "slot-a" */
        return strncmp(value, "slot-", 5) == 0 && strcmp(value + 5, text) == 0;
    }
    return strchr("uxad", kind) != NULL &&
           number_matches(event->number[field], text);
}
