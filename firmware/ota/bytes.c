/* SPDX-License-Identifier: MIT */
#include "ota/bytes.h"

bool bytes_are(const uint8_t *at, size_t length, uint8_t value)
{
    for (size_t i = 0; i < length; i++) {
        if (at[i] != value) {
            return false;
        }
    }
    return true;
}
