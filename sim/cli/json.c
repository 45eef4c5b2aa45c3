/* SPDX-License-Identifier: MIT */
#include "cli/json.h"

void json_text(FILE *out, const char *text)
{
    fputc('"', out);
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\') {
            fprintf(out, "\\%c", c);
        } else if (c < 0x20 || c == 0x7f) {
            fprintf(out, "\\u%04x", c);
        } else {
            fputc(c < 0x80 ? c : '?', out);
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
