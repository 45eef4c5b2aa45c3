/* SPDX-License-Identifier: MIT */
/*
 * Bytes that are kept many times over and seldom differ: in slices that are
 * shared by everything that keeps them. `held` is what was kept or brought back
 * last; a new copy shares with it whatever is the same. Nothing here is shared
 * between threads.
 */
#ifndef OTALAB_BASE_SLICES_H
#define OTALAB_BASE_SLICES_H

#include <stddef.h>
#include <stdint.h>

struct slice;

/* All zeros: nothing is kept. Freed by slices_free(). */
struct slices {
    size_t size; /* in bytes */
    struct slice **at;
};

/* Keep `size` bytes; `held` follows. 0, or -1 if out of memory: then `saved`
 * keeps nothing. */
int slices_save(const uint8_t *bytes, size_t size, struct slices *held,
                struct slices *saved);
/* Write them to `bytes`, which has room; `held` follows. 0, or -1 if out of
 * memory. */
int slices_restore(uint8_t *bytes, struct slices *held,
                   const struct slices *saved);
void slices_free(struct slices *slices);

#endif
