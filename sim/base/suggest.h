/* SPDX-License-Identifier: MIT */
/*
 * "Did you mean": the known name nearest to a mistyped one. The caller offers
 * every name it knows, in the order of its table (the first of equally near
 * ones wins), then asks for the best. Owns nothing: names and word are
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
    const char *best; /* NULL: none is near enough */
    unsigned distance;
};

void suggest_start(struct suggest *suggest, const char *word);
/* NULL names are skipped. */
void suggest_offer(struct suggest *suggest, const char *name);
/* The nearest name, or NULL when none is near enough to be meant. */
const char *suggest_best(const struct suggest *suggest);

/* Edits (insert, delete, replace, swap of neighbours; letters compare without
 * case, '_' equals '-') that make `a` into `b`. Longer than 64 characters:
 * only the first 64 count. */
unsigned suggest_distance(const char *a, const char *b);

#endif
