/* SPDX-License-Identifier: MIT */
#include "board/text.h"

#include "board/board.h"

#define DIGITS 10u /* of UINT32_MAX */

void text_put(struct text *text, const char *piece)
{
    /* Two bytes are reserved for the line's end and the NUL. */
    for (; *piece != '\0' && text->used < TEXT_SIZE - 2u; piece++) {
        text->bytes[text->used] = *piece;
        text->used++;
    }
}

void text_number(struct text *text, uint32_t value)
{
    char digits[DIGITS + 1u];
    unsigned at = DIGITS;

    digits[at] = '\0';
    do {
        at--;
        digits[at] = (char)('0' + value % 10u);
        value /= 10u;
    } while (value > 0);
    text_put(text, &digits[at]);
}

void text_version(struct text *text, uint32_t version)
{
    text_number(text, version >> 24);
    text_put(text, ".");
    text_number(text, version >> 16 & 0xFFu);
    text_put(text, ".");
    text_number(text, version & 0xFFFFu);
}

void text_say(struct text *text)
{
    text->bytes[text->used] = '\n';
    text->bytes[text->used + 1u] = '\0';
    console_write(text->bytes);
    text->used = 0;
}
