/* SPDX-License-Identifier: MIT */
/* What `otalab explain` says of a word, as a text in memory. */
#ifndef OTALAB_TUI_LOOKUP_H
#define OTALAB_TUI_LOOKUP_H

#include <stddef.h>

/* The explanation, or one line that suggests another word. 0, or a negative
 * enum otalab_err when there is no such word. */
int lookup_word(const char *word, char *out, size_t size);

#endif
