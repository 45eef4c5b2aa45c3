/* SPDX-License-Identifier: MIT */
#include "base/json.h"

#include <inttypes.h>
#include <string.h>

#include "base/utf8.h"

struct json json_stream(FILE *out)
{
    return (struct json){.out = out};
}

struct json json_memory(char *bytes, size_t size)
{
    return (struct json){.bytes = bytes, .size = size};
}

static void put(struct json *json, const char *bytes, size_t length)
{
    if (json->out != NULL) {
        (void)fwrite(bytes, 1, length, json->out); /* the caller checks */
        return;
    }
    if (json->length < json->size && length < json->size - json->length) {
        memcpy(json->bytes + json->length, bytes, length);
        json->length += length;
        json->bytes[json->length] = '\0';
    } else {
        json->length = json->size;
    }
}

static void put_char(struct json *json, char c)
{
    put(json, &c, 1);
}

/* Control characters, including C1, never reach a terminal unescaped. */
static bool is_control(uint32_t code)
{
    return code < 0x20u || (code >= 0x7fu && code < 0xa0u);
}

static void put_code(struct json *json, uint32_t code)
{
    char bytes[8];

    if (code == '"' || code == '\\') {
        put_char(json, '\\');
        put_char(json, (char)code);
    } else if (is_control(code)) {
        put(json, bytes,
            (size_t)snprintf(bytes, sizeof bytes, "\\u%04x", (unsigned)code));
    } else {
        put(json, bytes, utf8_encode(code, bytes));
    }
}

static void put_string(struct json *json, const char *text)
{
    uint32_t code;

    put_char(json, '"');
    while ((code = utf8_next(&text)) != 0) {
        put_code(json, code);
    }
    put_char(json, '"');
}

/* Write what precedes a value. */
static void begin(struct json *json, const char *key)
{
    if (json->comma) {
        put_char(json, ',');
    }
    json->comma = true;
    if (json->line) {
        put_char(json, '\n');
        json->line = false;
    }
    if (key != NULL) {
        put_string(json, key);
        put_char(json, ':');
    }
}

void json_open(struct json *json, const char *key, char bracket)
{
    begin(json, key);
    put_char(json, bracket);
    json->comma = false;
}

void json_close(struct json *json, char bracket)
{
    put_char(json, bracket);
    json->comma = true;
}

void json_text(struct json *json, const char *key, const char *text)
{
    begin(json, key);
    put_string(json, text);
}

void json_raw(struct json *json, const char *key, const char *value)
{
    begin(json, key);
    put(json, value, strlen(value));
}

void json_number(struct json *json, const char *key, uint64_t number)
{
    char text[24];

    snprintf(text, sizeof text, "%" PRIu64, number);
    json_raw(json, key, text);
}

void json_bool(struct json *json, const char *key, bool value)
{
    json_raw(json, key, value ? "true" : "false");
}

void json_null(struct json *json, const char *key)
{
    json_raw(json, key, "null");
}

void json_hex(struct json *json, const char *key, const uint8_t *bytes,
              size_t size)
{
    static const char digits[] = "0123456789abcdef";

    begin(json, key);
    put_char(json, '"');
    for (size_t i = 0; i < size; i++) {
        put_char(json, digits[bytes[i] >> 4]);
        put_char(json, digits[bytes[i] & 15u]);
    }
    put_char(json, '"');
}

void json_line(struct json *json)
{
    json->line = true;
}

void json_end(struct json *json)
{
    put_char(json, '\n');
    json->comma = false;
}

size_t json_length(const struct json *json)
{
    return json->length < json->size ? json->length : 0;
}
