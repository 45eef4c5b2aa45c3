/* SPDX-License-Identifier: MIT */
#include "record/recording.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"

#include <mbedtls/sha256.h>

#define EVENT_JSON_MAX 2048u

void recording_init(struct recording *recording)
{
    memset(recording, 0, sizeof *recording);
}

void recording_free(struct recording *recording)
{
    free(recording->bytes);
    recording_init(recording);
}

static int recording_append(struct recording *recording, const char *text,
                            size_t length)
{
    if (length > RECORDING_MAX - recording->length) {
        return OTALAB_ERR_SIMULATOR;
    }
    if (recording->length + length > recording->capacity) {
        size_t capacity = (recording->length + length) * 2u;
        char *bytes = realloc(recording->bytes, capacity);

        if (bytes == NULL) {
            return OTALAB_ERR_SIMULATOR;
        }
        recording->bytes = bytes;
        recording->capacity = capacity;
    }
    memcpy(recording->bytes + recording->length, text, length);
    recording->length += length;
    return 0;
}

/* ---- JSON ------------------------------------------------------------- */

struct text {
    char *out;
    size_t size;
    size_t length; /* > size: did not fit */
};

__attribute__((format(printf, 2, 3))) static void put(struct text *text,
                                                      const char *format, ...)
{
    size_t room = text->length < text->size ? text->size - text->length : 0;
    va_list args;

    va_start(args, format);
    int n = vsnprintf(room > 0 ? text->out + text->length : NULL, room, format,
                      args);
    va_end(args);
    text->length += n > 0 ? (size_t)n : 0;
}

static void put_string(struct text *text, const char *string)
{
    put(text, "\"");
    for (const unsigned char *at = (const unsigned char *)string; *at != '\0';
         at++) {
        if (*at == '"' || *at == '\\') {
            put(text, "\\%c", *at);
        } else if (*at < 0x20 || *at >= 0x7f) {
            put(text, "\\u%04x", *at); /* bytes as Latin-1: lossless */
        } else {
            put(text, "%c", *at);
        }
    }
    put(text, "\"");
}

size_t event_json(const struct event *event, char *out, size_t size)
{
    const struct event_kind *kind = event_kind(event->code);
    struct text text = {out, size, 0};

    put(&text, "{\"n\":%" PRIu64 ",\"t\":%" PRIu64 ",\"dev\":%u,\"event\":",
        event->sequence, event->time_ns, event->device);
    put_string(&text, kind->name);
    for (unsigned i = 0; i < kind->fields; i++) {
        char letter = kind->field[i].kind;
        char value[EVENT_TEXT];

        put(&text, ",\"%s\":", kind->field[i].key);
        if (letter == 'u' || letter == 'd') {
            put(&text, "%" PRIu64, event->number[i]);
        } else {
            event_value(event, i, value, sizeof value);
            put_string(&text, value);
        }
    }
    put(&text, "}");
    return text.length < size ? text.length : 0;
}

int recording_begin(struct recording *recording,
                    const struct recording_header *header)
{
    char line[EVENT_JSON_MAX];
    struct text text = {line, sizeof line, 0};

    put(&text, "{\"otalab\":%u,\"scenario\":", RECORDING_VERSION);
    put_string(&text, header->scenario);
    put(&text, ",\"seed\":%" PRIu64 ",\"digests\":", header->seed);
    put_string(&text, header->digests);
    put(&text, ",\"tools\":");
    put_string(&text, header->tools);
    put(&text, "}\n");
    return text.length < sizeof line
               ? recording_append(recording, line, text.length)
               : OTALAB_ERR_SIMULATOR;
}

int recording_add(struct recording *recording, const struct event *event)
{
    char line[EVENT_JSON_MAX];
    size_t length = event_json(event, line, sizeof line - 1);

    if (length == 0) {
        return OTALAB_ERR_SIMULATOR;
    }
    line[length++] = '\n';
    recording->events++;
    return recording_append(recording, line, length);
}

void recording_digest(const struct recording *recording, uint8_t digest[32])
{
    mbedtls_sha256((const unsigned char *)recording->bytes, recording->length,
                   digest, 0);
}

int recording_write(const struct recording *recording, const char *path,
                    struct diag *diag)
{
    return file_write(path, recording->bytes, recording->length, diag);
}
