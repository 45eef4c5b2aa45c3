/* SPDX-License-Identifier: MIT */
/*
 * Which parts of a new image resemble which parts of an old one: the first half
 * of making a patch. A cover says that `length` bytes at `target` are nearly
 * those at `base`; what no cover covers is new. The method is bsdiff's (C.
 * Percival, "Naive differences of executable code", 2003): exact matches from a
 * suffix array, extended both ways over bytes that differ. The same images give
 * the same covers everywhere.
 */
#ifndef OTALAB_DELTA_COVER_H
#define OTALAB_DELTA_COVER_H

#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "delta/format.h"

struct cover {
    uint32_t base;
    uint32_t target;
    uint32_t length;
};

/* Ordered by `target`, without overlaps. The caller frees `cover`. */
struct covers {
    struct cover *cover;
    size_t count;
    size_t room;
};

/* 0, or OTALAB_ERR_SIMULATOR if out of memory. Both images may be empty, and
 * have at most PATCH_IMAGE_MAX bytes (format.h). */
int covers_find(struct bytes base, struct bytes target, struct covers *covers,
                struct diag *diag);

#endif
