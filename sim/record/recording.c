/* SPDX-License-Identifier: MIT */
#include "record/recording.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"

#include <mbedtls/sha256.h>

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

int recording_copy(struct recording *to, const struct recording *from)
{
    to->length = 0;
    int err = recording_append(to, from->bytes, from->length);

    to->events = err ? 0 : from->events;
    return err;
}

/* ---- JSON ------------------------------------------------------------- */

static void put_field(struct json *json, const struct event *event, unsigned i)
{
    const struct event_field *field = &event_kind(event->code)->field[i];
    char value[EVENT_TEXT];

    if (field->kind == 'u' || field->kind == 'd') {
        json_number(json, field->key, event->number[i]);
        return;
    }
    event_value(event, i, value, sizeof value);
    json_text(json, field->key, value);
}

size_t event_json(const struct event *event, char *out, size_t size)
{
    const struct event_kind *kind = event_kind(event->code);
    struct json json = json_memory(out, size);

    json_open(&json, NULL, '{');
    json_number(&json, "n", event->sequence);
    json_number(&json, "t", event->time_ns);
    json_number(&json, "dev", event->device);
    json_text(&json, "event", kind->name);
    for (unsigned i = 0; i < kind->fields; i++) {
        put_field(&json, event, i);
    }
    json_close(&json, '}');
    return json_length(&json);
}

int recording_begin(struct recording *recording,
                    const struct recording_header *header)
{
    char line[RECORDING_LINE];
    struct json json = json_memory(line, sizeof line);

    json_open(&json, NULL, '{');
    json_number(&json, "otalab", RECORDING_VERSION);
    json_text(&json, "scenario", header->scenario);
    json_number(&json, "seed", header->seed);
    json_text(&json, "digests", header->digests);
    json_text(&json, "tools", header->tools);
    json_close(&json, '}');
    json_end(&json);
    return json_length(&json) > 0
               ? recording_append(recording, line, json_length(&json))
               : OTALAB_ERR_SIMULATOR;
}

int recording_add(struct recording *recording, const struct event *event)
{
    char line[RECORDING_LINE];
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
