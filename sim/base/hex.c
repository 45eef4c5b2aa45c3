/* SPDX-License-Identifier: MIT */
#include "base/hex.h"

void hex_text(const uint8_t *bytes, size_t length, char *out)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < length; i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 15];
    }
    out[2 * length] = '\0';
}

void hex_short(const uint8_t *digest, char out[9])
{
    hex_text(digest, 4, out);
}
