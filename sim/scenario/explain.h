/* SPDX-License-Identifier: MIT */
/*
 * The whole reference of events and keys, for people and editors, generated
 * from the tables: one topic as text, or everything as Markdown or JSON Schema.
 * Writes to `out` and owns nothing; the caller checks the stream for errors.
 */
#ifndef OTALAB_SCENARIO_EXPLAIN_H
#define OTALAB_SCENARIO_EXPLAIN_H

#include <stdio.h>

#include "base/diag.h"

/* Write the names of all events and keys, with a line about each. */
void explain_list(FILE *out);
/* Explain a word of the glossary ("rollback", "bad-hash"), an event
 * ("flash.erase") or all of a kind ("boot"), a key ("within", "limits.resets")
 * or a word that is a value ("erase-mix"). 0, or OTALAB_ERR_USAGE with a
 * suggestion if there is no such thing. */
int explain_topic(FILE *out, const char *topic, struct diag *diag);
/* Write the reference page of scenarios as Markdown. */
void explain_markdown(FILE *out);
/* Write the JSON Schema (draft 7) of a scenario file. */
void explain_json_schema(FILE *out);

#endif
