/* SPDX-License-Identifier: MIT */
/*
 * The one writer of JSON: into a stream, or into memory that the caller owns.
 * Commas, quotes and escapes are its own; whatever text comes from outside is
 * written as UTF-8, and invalid bytes become U+FFFD. Values of an object
 * have a key, those of an array NULL. A struct json is a plain value; nothing
 * is allocated. Memory that is too small is not written past, json_length()
 * says so; errors of a stream are the caller's to look for.
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
    size_t length; /* written into `bytes`, the NUL after it apart; `size`: it
                      did not fit */
    bool comma;    /* before the next value */
};

struct json json_stream(FILE *out);
struct json json_memory(char *bytes, size_t size);

/* '{' and '}', or '[' and ']'. */
void json_open(struct json *json, const char *key, char bracket);
void json_close(struct json *json, char bracket);

void json_text(struct json *json, const char *key, const char *text);
void json_number(struct json *json, const char *key, uint64_t number);
void json_bool(struct json *json, const char *key, bool value);
void json_null(struct json *json, const char *key);
/* Bytes as a string of hexadecimal digits. */
void json_hex(struct json *json, const char *key, const uint8_t *bytes,
              size_t size);
/* A value that is JSON already: the caller's own constant. */
void json_raw(struct json *json, const char *key, const char *value);

/* The line end of NDJSON. */
void json_end(struct json *json);
/* How much was written into memory; 0 when it did not fit. */
size_t json_length(const struct json *json);

#endif
