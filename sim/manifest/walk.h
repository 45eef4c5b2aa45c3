/* SPDX-License-Identifier: MIT */
/*
 * CBOR item by item, with libcbor's stream decoder: each item's head, where it
 * stands, and what follows. A walk is a plain value over bytes that the caller
 * keeps; nothing is allocated. Only deterministic CBOR (RFC 8949, 4.2) passes:
 * definite lengths, shortest heads, map keys ascending and without a double.
 * Everything else leaves one line with the byte's place in the diag.
 */
#ifndef OTALAB_MANIFEST_WALK_H
#define OTALAB_MANIFEST_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"

#define WALK_DEPTH 16u /* items within items */

enum walk_type {
    WALK_UINT = 0,
    WALK_NEGATIVE, /* -1 - value */
    WALK_BYTES,    /* value: length */
    WALK_TEXT,
    WALK_ARRAY, /* value: items */
    WALK_MAP,   /* value: pairs */
    WALK_TAG,
    WALK_SIMPLE /* value: 20 false, 21 true, 22 null */
};

struct walk {
    const uint8_t *bytes; /* of the file */
    size_t at;
    size_t end;
};

struct walk_item {
    enum walk_type type;
    uint64_t value;
    size_t at;           /* of its head */
    const uint8_t *data; /* of BYTES and TEXT */
};

/* Check one whole item, which must end where the walk ends. 0, or
 * OTALAB_ERR_FAILED. */
int walk_check(struct walk walk, struct diag *diag);

/* The next item's head, and for BYTES and TEXT its contents. 0, or
 * OTALAB_ERR_FAILED. */
int walk_next(struct walk *walk, struct walk_item *item, struct diag *diag);
/* Skip one whole item. */
int walk_skip(struct walk *walk, struct diag *diag);
/* The same as walk_next(), and the type must be this; `what` names the item. */
int walk_expect(struct walk *walk, enum walk_type type, const char *what,
                struct walk_item *item, struct diag *diag);
/* A number of -2^31 .. 2^32 - 1. */
int walk_number(struct walk *walk, const char *what, int64_t *number,
                struct diag *diag);
/* What a byte string contains, as CBOR of its own with the same places. */
struct walk walk_into(const struct walk *walk, const struct walk_item *bytes);

#endif
