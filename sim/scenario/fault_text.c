/* SPDX-License-Identifier: MIT */
#include "scenario/fault_text.h"

#include <stdbool.h>
#include <string.h>

#define QUOTE '"'
#define ESCAPE '\\'

/* The length of a quoted value with both its quotes; 0: it is not closed. */
static size_t quoted(const char *text)
{
    for (size_t i = 1; text[i] != '\0'; i++) {
        if (text[i] == QUOTE) {
            return i + 1;
        }
        if (text[i] == ESCAPE && text[i + 1] != '\0') {
            i++;
        }
    }
    return 0;
}

size_t fault_span(const char *text, const char *ends)
{
    size_t i = 0;

    while (text[i] != '\0' && strchr(ends, text[i]) == NULL) {
        bool begins = text[i] == QUOTE && (i == 0 || text[i - 1] == '=');
        size_t length = begins ? quoted(text + i) : 1;

        i += length > 0 ? length : strlen(text + i);
    }
    return i;
}

/* Only quotes and backslashes follow a backslash. */
static bool escapes_are_good(const char *value, size_t length)
{
    for (size_t i = 1; i + 1 < length; i++) {
        if (value[i] == ESCAPE && value[++i] != QUOTE && value[i] != ESCAPE) {
            return false;
        }
    }
    return true;
}

int fault_unquote(char *value)
{
    size_t length = value[0] == QUOTE ? quoted(value) : 0;
    char *out = value;

    if (value[0] != QUOTE) {
        return 0;
    }
    if (length == 0 || value[length] != '\0' ||
        !escapes_are_good(value, length)) {
        return -1;
    }
    for (size_t i = 1; i + 1 < length; i++) {
        i += value[i] == ESCAPE ? 1 : 0;
        *out++ = value[i];
    }
    *out = '\0';
    return 0;
}
