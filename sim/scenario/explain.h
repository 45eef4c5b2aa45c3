/* SPDX-License-Identifier: MIT */
/*
 * The whole catalogue of events and keys for people and editors, generated
 * from the tables: one topic as text, all of it as Markdown or JSON Schema.
 * Writes to `out` and owns nothing; the caller checks the stream.
 */
#ifndef OTALAB_SCENARIO_EXPLAIN_H
#define OTALAB_SCENARIO_EXPLAIN_H

#include <stdio.h>

#include "base/diag.h"

/* Names of all events and keys with a line each. */
void explain_list(FILE *out);
/* A word of the glossary ("rollback", "bad-hash"), an event ("flash.erase") or
 * all of a kind ("boot"), a key ("within", "limits.resets") or a word that is
 * a value ("erase-mix"). OTALAB_ERR_USAGE with a suggestion when there is
 * no such thing. */
int explain_topic(FILE *out, const char *topic, struct diag *diag);
/* The reference page of scenarios. */
void explain_markdown(FILE *out);
/* JSON Schema (draft 7) of a scenario file. */
void explain_json_schema(FILE *out);

#endif
