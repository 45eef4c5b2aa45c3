/* SPDX-License-Identifier: MIT */
#include "record/event_read.h"

#include <stdbool.h>
#include <string.h>

#include "base/utf8.h"
#include "record/recording.h"

/* The rest of a line; `ok` becomes false at the first thing that is not as
 * expected. */
struct cursor {
    const char *at;
    const char *end;
    bool ok;
};

static void expect(struct cursor *cursor, const char *text)
{
    size_t length = strlen(text);

    if ((size_t)(cursor->end - cursor->at) < length ||
        memcmp(cursor->at, text, length) != 0) {
        cursor->ok = false;
        return;
    }
    cursor->at += length;
}

static uint64_t number(struct cursor *cursor)
{
    const char *from = cursor->at;
    uint64_t value = 0;

    while (cursor->at < cursor->end && *cursor->at >= '0' &&
           *cursor->at <= '9') {
        value = value * 10 + (uint64_t)(*cursor->at++ - '0');
    }
    cursor->ok = cursor->ok && cursor->at > from;
    return value;
}

/* XXXX of \uXXXX. */
static uint32_t hex4(struct cursor *cursor)
{
    uint32_t code = 0;

    for (unsigned i = 0; i < 4 && cursor->at < cursor->end; i++) {
        char c = *cursor->at++;
        uint32_t digit = c >= '0' && c <= '9'   ? (uint32_t)(c - '0')
                         : c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a') + 10
                                                : 0;
        code = code << 4 | digit;
    }
    return code;
}

/* What follows a backslash. */
static size_t escaped(struct cursor *cursor, char out[4])
{
    char c = cursor->at < cursor->end ? *cursor->at++ : '\0';

    if (c != 'u') {
        out[0] = c;
        return 1;
    }
    return utf8_encode(hex4(cursor), out);
}

/* A byte or an escape; U+FFFD stands for exactly one byte. */
static size_t next_char(struct cursor *cursor, char out[4])
{
    static const char replaced[] = "\xef\xbf\xbd";

    if (*cursor->at == '\\') {
        cursor->at++;
        return escaped(cursor, out);
    }
    if (cursor->end - cursor->at >= 3 && memcmp(cursor->at, replaced, 3) == 0) {
        cursor->at += 3;
        out[0] = (char)0xff;
        return 1;
    }
    out[0] = *cursor->at++;
    return 1;
}

static void string(struct cursor *cursor, char *out, size_t size)
{
    size_t length = 0;

    expect(cursor, "\"");
    while (cursor->at < cursor->end && *cursor->at != '"') {
        char bytes[4];
        size_t count = next_char(cursor, bytes);

        if (length + count >= size) {
            cursor->ok = false;
            break;
        }
        memcpy(out + length, bytes, count);
        length += count;
    }
    out[length] = '\0';
    expect(cursor, "\"");
}

static void key(struct cursor *cursor, const char *name)
{
    expect(cursor, ",\"");
    expect(cursor, name);
    expect(cursor, "\":");
}

static void field(struct cursor *cursor, struct event *event, unsigned i)
{
    const struct event_field *field = &event_kind(event->code)->field[i];
    char text[EVENT_TEXT];

    key(cursor, field->key);
    if (field->kind == 'u' || field->kind == 'd') {
        event->number[i] = number(cursor);
        return;
    }
    string(cursor, text, sizeof text);
    cursor->ok = cursor->ok && event_set(event, i, text);
}

static bool read_line(const char *line, size_t length, struct event *event)
{
    struct cursor cursor = {line, line + length, true};
    char name[64];

    memset(event, 0, sizeof *event);
    expect(&cursor, "{\"n\":");
    event->sequence = number(&cursor);
    key(&cursor, "t");
    event->time_ns = number(&cursor);
    key(&cursor, "dev");
    event->device = (uint32_t)number(&cursor);
    key(&cursor, "event");
    string(&cursor, name, sizeof name);
    int code = cursor.ok ? event_find(name) : -1;

    if (code < 0) {
        return false;
    }
    event->code = (uint32_t)code;
    for (unsigned i = 0; i < event_kind(event->code)->fields; i++) {
        field(&cursor, event, i);
    }
    expect(&cursor, "}");
    return cursor.ok && cursor.at == cursor.end;
}

int event_read(const char *line, size_t length, struct event *event)
{
    char again[RECORDING_LINE];

    return read_line(line, length, event) &&
                   event_json(event, again, sizeof again) == length &&
                   memcmp(again, line, length) == 0
               ? 0
               : -1;
}

void event_again(const char *line, size_t length, struct event *event)
{
    (void)read_line(line, length, event);
}

int recording_head_read(const char *line, size_t length,
                        struct recording_head *head)
{
    struct cursor cursor = {line, line + length, true};
    char ignored[256];

    expect(&cursor, "{\"otalab\":");
    cursor.ok = cursor.ok && number(&cursor) == RECORDING_VERSION;
    key(&cursor, "scenario");
    string(&cursor, head->scenario, sizeof head->scenario);
    key(&cursor, "seed");
    head->seed = number(&cursor);
    key(&cursor, "digests");
    string(&cursor, ignored, sizeof ignored);
    key(&cursor, "tools");
    string(&cursor, ignored, sizeof ignored);
    expect(&cursor, "}");
    return cursor.ok && cursor.at == cursor.end ? 0 : -1;
}
