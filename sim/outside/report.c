/* SPDX-License-Identifier: MIT */
#include "outside/report.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* A part of the line, within its bounds. */
struct text {
    const char *at;
    uint32_t length;
};

static bool is(struct text text, const char *word)
{
    return text.length == strlen(word) &&
           memcmp(text.at, word, text.length) == 0;
}

/* Take everything up to `end`, which is dropped; all of it if there is none. */
static struct text take_until(struct text *rest, char end)
{
    struct text part = {rest->at, 0};

    while (part.length < rest->length && part.at[part.length] != end) {
        part.length++;
    }
    uint32_t taken = part.length + (part.length < rest->length);
    rest->at += taken;
    rest->length -= taken;
    return part;
}

/* Decimal digits and nothing else. */
static bool read_limited(struct text text, uint32_t limit, uint32_t *out)
{
    uint64_t value = 0;

    for (uint32_t i = 0; i < text.length; i++) {
        if (text.at[i] < '0' || text.at[i] > '9') {
            return false;
        }
        value = value * 10 + (uint32_t)(text.at[i] - '0');
        if (value > limit) {
            return false;
        }
    }
    *out = (uint32_t)value;
    return text.length > 0;
}

static bool read_number(struct text text, uint32_t *out)
{
    return read_limited(text, UINT32_MAX, out);
}

static bool read_version(struct text text, uint32_t *out)
{
    uint32_t major = 0;
    uint32_t minor = 0;
    uint32_t revision = 0;

    if (!read_limited(take_until(&text, '.'), 255, &major) ||
        !read_limited(take_until(&text, '.'), 255, &minor) ||
        !read_limited(text, 65535, &revision)) {
        return false;
    }
    *out = major << 24 | minor << 16 | revision;
    return true;
}

static bool read_slot(struct text text, uint32_t *out)
{
    static const char *const names[] = {"a", "b", "recovery"};

    for (uint32_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (is(text, names[i])) {
            *out = i;
            return true;
        }
    }
    return false;
}

static const struct report_key {
    const char *name;
    size_t offset; /* in struct device_report */
    bool (*read)(struct text text, uint32_t *out);
    bool needed;
} keys[] = {
    {"state", offsetof(struct device_report, state), read_number, true},
    {"result", offsetof(struct device_report, result), read_number, true},
    {"why", offsetof(struct device_report, why), read_number, false},
    {"suit", offsetof(struct device_report, suit), read_number, false},
    {"version", offsetof(struct device_report, version), read_version, false},
    {"release", offsetof(struct device_report, release), read_number, false},
    {"slot", offsetof(struct device_report, slot), read_slot, false},
};
#define KEYS (sizeof keys / sizeof keys[0])

static bool read_word(struct text word, struct device_report *report,
                      bool seen[KEYS])
{
    struct text key = take_until(&word, '=');
    uint32_t value = 0;

    if (key.length == 0 || key.at + key.length == word.at) {
        return false; /* a name without '=' */
    }
    for (size_t i = 0; i < KEYS; i++) {
        if (!is(key, keys[i].name)) {
            continue;
        }
        if (seen[i] || !keys[i].read(word, &value)) {
            return false;
        }
        seen[i] = true;
        memcpy((char *)report + keys[i].offset, &value, sizeof value);
    }
    return true;
}

static bool read_words(struct text line, struct device_report *report)
{
    bool seen[KEYS] = {false};

    while (line.length > 0) {
        struct text word = take_until(&line, ' ');
        if (word.length > 0 && !read_word(word, report, seen)) {
            return false;
        }
    }
    for (size_t i = 0; i < KEYS; i++) {
        if (keys[i].needed && !seen[i]) {
            return false;
        }
    }
    return true;
}

static bool printable(const uint8_t *bytes, uint32_t length)
{
    for (uint32_t i = 0; i < length; i++) {
        if (bytes[i] < ' ' || bytes[i] > '~') {
            return false;
        }
    }
    return true;
}

int report_read(const uint8_t *bytes, uint32_t length,
                struct device_report *report)
{
    struct text line = {(const char *)bytes, length};

    memset(report, 0, sizeof *report);
    if (length == 0 || length > WORLD_REPORT_MAX || !printable(bytes, length) ||
        !read_words(line, report)) {
        memset(report, 0, sizeof *report);
        return -1;
    }
    return 0;
}
