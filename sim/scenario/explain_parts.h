/* SPDX-License-Identifier: MIT */
/*
 * Inside of `otalab explain`: what its texts, its page and its JSON Schema say
 * alike. Writes to `out` and owns nothing.
 */
#ifndef OTALAB_SCENARIO_EXPLAIN_PARTS_H
#define OTALAB_SCENARIO_EXPLAIN_PARTS_H

#include <stdbool.h>
#include <stdio.h>

#include "scenario/schema.h"

/* The device's own events come first in the catalogue: its trace port. */
bool explain_is_traced(int code);
/* "a time with its unit (45ms, 1.5s or 2min)" */
void explain_kind(FILE *out, const struct schema_key *key);
/* `join`, then the names that a field's values go by, if they do. */
void explain_names(FILE *out, int code, unsigned field, const char *join);
/* Sentences, wrapped behind an indent. */
void explain_wrapped(FILE *out, const char *indent, const char *text);
/* What holds when a key is not given, without its brackets; NULL for none. */
const char *explain_usual(const struct schema_key *key, char *out, size_t size);

#endif
