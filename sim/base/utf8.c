/* SPDX-License-Identifier: MIT */
#include "base/utf8.h"

#include <stdbool.h>

#define SURROGATE_FIRST 0xD800u
#define SURROGATE_LAST 0xDFFFu
#define CODE_LAST 0x10FFFFu

/* First bytes by what they announce: the marking bits, the number of bytes that
 * follow, and the lowest code point that needs this length. */
static const struct {
    uint8_t mask;
    uint8_t mark;
    unsigned more;
    uint32_t least;
} forms[] = {
    {0x80u, 0x00u, 0, 0},
    {0xE0u, 0xC0u, 1, 0x80u},
    {0xF0u, 0xE0u, 2, 0x800u},
    {0xF8u, 0xF0u, 3, 0x10000u},
};

static bool is_plain(uint32_t code, uint32_t least)
{
    return code >= least && code <= CODE_LAST &&
           (code < SURROGATE_FIRST || code > SURROGATE_LAST);
}

/* Read the bytes after the first; false if one is missing. */
static bool take_more(const unsigned char *at, unsigned more, uint32_t *code)
{
    for (unsigned i = 0; i < more; i++) {
        if ((at[i] & 0xC0u) != 0x80u) {
            return false; /* also the end of the text */
        }
        *code = *code << 6 | (at[i] & 0x3Fu);
    }
    return true;
}

uint32_t utf8_next(const char **text)
{
    const unsigned char *at = (const unsigned char *)*text;

    if (*at == '\0') {
        return 0;
    }
    for (unsigned i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        uint32_t code = *at & (uint8_t)~forms[i].mask;

        if ((*at & forms[i].mask) == forms[i].mark &&
            take_more(at + 1, forms[i].more, &code) &&
            is_plain(code, forms[i].least)) {
            *text += 1 + forms[i].more;
            return code;
        }
    }
    *text += 1;
    return UTF8_REPLACEMENT;
}

size_t utf8_encode(uint32_t code, char out[4])
{
    if (code < 0x80u) {
        out[0] = (char)code;
        return 1;
    }
    unsigned more = code < 0x800u ? 1 : code < 0x10000u ? 2 : 3;

    out[0] = (char)(forms[more].mark | code >> (6 * more));
    for (unsigned i = 1; i <= more; i++) {
        out[i] = (char)(0x80u | (code >> (6 * (more - i)) & 0x3Fu));
    }
    return more + 1u;
}

void utf8_put(FILE *out, uint32_t code)
{
    char bytes[4];
    size_t length = utf8_encode(code, bytes);

    (void)fwrite(bytes, 1, length, out); /* the caller checks the stream */
}
