/* SPDX-License-Identifier: MIT */
/*
 * The text of a fault in one line, for all who take it apart:
 *   ACTION[=VALUE]@EVENT[,KEY=VALUE]..
 * A VALUE that begins with '"' lasts until the next '"' and may hold ',', '@'
 * and, written after a backslash, '"' and '\'. Pure.
 */
#ifndef OTALAB_SCENARIO_FAULT_TEXT_H
#define OTALAB_SCENARIO_FAULT_TEXT_H

#include <stddef.h>

/* The length of `text` before the first byte of `ends` that no quotes enclose;
 * all of it if there is none. `text` may begin with a value. */
size_t fault_span(const char *text, const char *ends);
/* Replace a quoted value by what it means; any other stays as it is. 0, or -1
 * if the quotes are not closed, if something follows them, or if a backslash
 * stands before anything else; `value` then is unchanged. */
int fault_unquote(char *value);

#endif
