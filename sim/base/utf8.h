/* SPDX-License-Identifier: MIT */
/*
 * UTF-8 from arbitrary text: file names, titles, what a device printed. Each
 * byte that is not valid UTF-8 is read as U+FFFD, so what is written is always
 * well-formed. Nothing is owned, nothing fails.
 */
#ifndef OTALAB_BASE_UTF8_H
#define OTALAB_BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define UTF8_REPLACEMENT 0xFFFDu

/* The code point at *text, which is moved past it; 0 at the end, where it
 * stays. Overlong forms, surrogates and truncated sequences are replaced. */
uint32_t utf8_next(const char **text);
void utf8_put(FILE *out, uint32_t code);
/* The same into memory; returns the number of bytes. */
size_t utf8_encode(uint32_t code, char out[4]);

#endif
