/* SPDX-License-Identifier: MIT */
/*
 * Two functions of the C library, small rather than fast: libfdt calls them for
 * short names, and in the ROM each byte counts.
 */
#include <string.h>

static const char *first(const char *text, char c)
{
    while (*text != c && *text != '\0') {
        text++;
    }
    return text;
}

size_t strlen(const char *text)
{
    return (size_t)(first(text, '\0') - text);
}

char *strchr(const char *text, int c)
{
    const char *at = first(text, (char)c);

    return *at == (char)c ? (char *)at : NULL;
}
