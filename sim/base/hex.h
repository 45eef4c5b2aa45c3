/* SPDX-License-Identifier: MIT */
/* Bytes as hexadecimal text. */
#ifndef OTALAB_BASE_HEX_H
#define OTALAB_BASE_HEX_H

#include <stddef.h>
#include <stdint.h>

/* Write 2 * length digits and a NUL. */
void hex_text(const uint8_t *bytes, size_t length, char *out);
/* Write the first four bytes: enough for a person to tell digests apart. */
void hex_short(const uint8_t *digest, char out[9]);

#endif
