/* SPDX-License-Identifier: MIT */
#include "report/xml.h"

#include <stdbool.h>
#include <stdint.h>

#include "base/utf8.h"

/* XML 1.0, production [2] Char; utf8_next() gives no surrogate. */
static bool may_stand(uint32_t code)
{
    return code == '\t' || code == '\n' || code == '\r' ||
           (code >= 0x20u && code != 0xFFFEu && code != 0xFFFFu);
}

static const char *entity(uint32_t code)
{
    switch (code) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>': /* "]]>" must not occur in a text */
        return "&gt;";
    case '"':
        return "&quot;";
    case '\r': /* a reader would turn it into a line end */
        return "&#13;";
    default:
        return NULL;
    }
}

static void put(FILE *out, uint32_t code)
{
    const char *name = entity(code);

    if (name != NULL) {
        fputs(name, out);
    } else {
        utf8_put(out, may_stand(code) ? code : UTF8_REPLACEMENT);
    }
}

void xml_text(FILE *out, const char *text)
{
    uint32_t code;

    while ((code = utf8_next(&text)) != 0) {
        put(out, code);
    }
}

void xml_attribute(FILE *out, const char *name, const char *value)
{
    uint32_t code;

    fprintf(out, " %s=\"", name);
    while ((code = utf8_next(&value)) != 0) {
        if (code == '\n' || code == '\t') { /* otherwise read as a space */
            fprintf(out, "&#%u;", code);
        } else {
            put(out, code);
        }
    }
    fputc('"', out);
}
