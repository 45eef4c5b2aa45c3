/* SPDX-License-Identifier: MIT */
#include "cli/json.h"

#include "cli/utf8.h"

void json_text(FILE *out, const char *text)
{
    uint32_t code;

    fputc('"', out);
    while ((code = utf8_next(&text)) != 0) {
        if (code == '"' || code == '\\') {
            fprintf(out, "\\%c", (char)code);
        } else if (code < 0x20u || (code >= 0x7fu && code < 0xa0u)) {
            fprintf(out, "\\u%04x", code);
        } else {
            utf8_put(out, code);
        }
    }
    fputc('"', out);
}

void json_hex(FILE *out, const uint8_t *bytes, size_t size)
{
    fputc('"', out);
    for (size_t i = 0; i < size; i++) {
        fprintf(out, "%02x", bytes[i]);
    }
    fputc('"', out);
}

const char *json_bool(bool value)
{
    return value ? "true" : "false";
}
