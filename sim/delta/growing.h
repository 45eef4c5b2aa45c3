/* SPDX-License-Identifier: MIT */
/* A byte string that grows. All zeros is an empty one. After it ran out of
 * memory, `failed` is set and it takes nothing more; the caller frees `at`. */
#ifndef OTALAB_DELTA_GROWING_H
#define OTALAB_DELTA_GROWING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct growing {
    uint8_t *at;
    size_t size;
    size_t room;
    bool failed;
};

void growing_put(struct growing *growing, uint8_t byte);
void growing_add(struct growing *growing, const uint8_t *bytes, size_t size);

#endif
