/* SPDX-License-Identifier: MIT */
/*
 * The one JSON writer: into a stream, or into memory owned by the caller. It
 * writes commas, quotes and escapes itself; text from outside is written as
 * UTF-8, with invalid bytes replaced by U+FFFD. Values in an object have a key;
 * for those in an array, the key is NULL. A struct json is a plain value;
 * nothing is allocated. Memory that is too small is not overrun: json_length()
 * tells. The caller checks the stream for errors.
 *
 *     struct json json = json_stream(stdout);
 *     json_open(&json, NULL, '{');
 *     json_text(&json, "name", "caf\u00e9");
 *     json_close(&json, '}');
 *     json_end(&json);          -> {"name":"café"} and a line end
 */
#ifndef OTALAB_BASE_JSON_H
#define OTALAB_BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct json {
    FILE *out; /* NULL: into `bytes` */
    char *bytes;
    size_t size;
    size_t length; /* in `bytes`, without the NUL; `size`: it did not fit */
    bool comma;    /* what goes before the next value */
    bool line;     /* and a line end after that */
};

struct json json_stream(FILE *out);
struct json json_memory(char *bytes, size_t size);

/* Begin with '{' or '[', end with '}' or ']'. */
void json_open(struct json *json, const char *key, char bracket);
void json_close(struct json *json, char bracket);

void json_text(struct json *json, const char *key, const char *text);
void json_number(struct json *json, const char *key, uint64_t number);
void json_bool(struct json *json, const char *key, bool value);
void json_null(struct json *json, const char *key);
/* Bytes as a string of hexadecimal digits. */
void json_hex(struct json *json, const char *key, const uint8_t *bytes,
              size_t size);
/* Write a value that is already JSON: a constant of the caller. */
void json_raw(struct json *json, const char *key, const char *value);

/* Begin the next value on a new line. */
void json_line(struct json *json);
/* The line end of NDJSON. */
void json_end(struct json *json);
/* Length in bytes of what was written to memory; 0 if it did not fit. */
size_t json_length(const struct json *json);

#endif
