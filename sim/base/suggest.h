/* SPDX-License-Identifier: MIT */
/*
 * "Did you mean": the known name closest to a mistyped one. The caller offers
 * every name it knows, in the order of its table (of equally close names, the
 * first wins), then asks for the best. Owns nothing: names and word are
 * borrowed and must outlive the struct. Cannot fail.
 *
 *     struct suggest suggest;
 *     suggest_start(&suggest, "imagse");
 *     suggest_offer(&suggest, "images");
 *     suggest_best(&suggest);  -> "images"
 */
#ifndef OTALAB_BASE_SUGGEST_H
#define OTALAB_BASE_SUGGEST_H

#include <stddef.h>

struct suggest {
    const char *word;
    const char *best; /* NULL: none is close enough */
    unsigned distance;
};

void suggest_start(struct suggest *suggest, const char *word);
/* NULL names are skipped. */
void suggest_offer(struct suggest *suggest, const char *name);
/* The closest name, or NULL if none is close enough. */
const char *suggest_best(const struct suggest *suggest);

/* Number of edits (insert, delete, replace, swap neighbours; case is
 * ignored, '_' equals '-') that turn `a` into `b`. Only the first 64
 * characters count. */
unsigned suggest_distance(const char *a, const char *b);

#endif
