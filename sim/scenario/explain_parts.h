/* SPDX-License-Identifier: MIT */
/*
 * Inside of `otalab explain`: what its texts, its page and its JSON Schema
 * share. Writes to `out` and owns nothing.
 */
#ifndef OTALAB_SCENARIO_EXPLAIN_PARTS_H
#define OTALAB_SCENARIO_EXPLAIN_PARTS_H

#include <stdbool.h>
#include <stdio.h>

#include "scenario/schema.h"

/* Whether the event is one of the device's own (from its trace port); those
 * come first in the catalogue. */
bool explain_is_traced(int code);
/* "a time with its unit (45ms, 1.5s or 2min)" */
void explain_kind(FILE *out, const struct schema_key *key);
/* Write `join`, then the names of a field's values, if they have names. */
void explain_names(FILE *out, int code, unsigned field, const char *join);
/* Write sentences, wrapped after an indent. */
void explain_wrapped(FILE *out, const char *indent, const char *text);
/* The default of a key, without its brackets; NULL if there is none. */
const char *explain_usual(const struct schema_key *key, char *out, size_t size);

#endif
