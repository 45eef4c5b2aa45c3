/* SPDX-License-Identifier: MIT */
/*
 * A console line built from pieces, without printf and its heap. The caller
 * owns it. Text that does not fit is cut off; the NUL always fits.
 *
 *     struct text line = {.used = 0};
 *     text_put(&line, "counter ");
 *     text_number(&line, 7);
 *     text_say(&line);
 */
#ifndef OTALAB_BOARD_TEXT_H
#define OTALAB_BOARD_TEXT_H

#include <stdint.h>

#define TEXT_SIZE 160u

struct text {
    uint32_t used;
    char bytes[TEXT_SIZE];
};

void text_put(struct text *text, const char *piece);
void text_number(struct text *text, uint32_t value);
/* 1.2.3 from major << 24 | minor << 16 | revision */
void text_version(struct text *text, uint32_t version);
/* Write it as one line and empty it. */
void text_say(struct text *text);

#endif
