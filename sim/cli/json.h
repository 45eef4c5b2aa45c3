/* SPDX-License-Identifier: MIT */
/* Values of JSON, written to a stream. Numbers and names known to be plain
 * are printed as they are; whatever comes from outside goes through here. */
#ifndef OTALAB_CLI_JSON_H
#define OTALAB_CLI_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* A quoted, escaped string in UTF-8; bytes that are none become U+FFFD. Also
 * a double-quoted scalar of YAML. */
void json_text(FILE *out, const char *text);
/* Bytes as a quoted string of hexadecimal digits. */
void json_hex(FILE *out, const uint8_t *bytes, size_t size);
const char *json_bool(bool value);

#endif
