/* SPDX-License-Identifier: MIT */
/*
 * Events as sentences, for the story and for messages: a table of texts, of
 * which the first whose condition holds is used. What a device prints comes
 * from outside: its control characters are shown as ^X. Constant.
 */
#ifndef OTALAB_RECORD_SENTENCE_H
#define OTALAB_RECORD_SENTENCE_H

#include <stddef.h>

#include "record/event.h"

/* What a line means; the story chooses the colours. */
enum story_role { ROLE_PLAIN, ROLE_GOOD, ROLE_BAD, ROLE_FAULT, ROLE_DIM };

/* In the text, {key} is replaced by a field's value, and a part in square
 * brackets appears only if its first field is not 0 or empty. The condition:
 * NULL always holds, "key" holds if the field is not 0 or empty, "key=value" if
 * it has that value as patterns write it, "key&mask" if one of these bits is
 * set. */
struct sentence {
    enum event_code code;
    const char *when;
    enum story_role role;
    const char *who;
    const char *text;
};

/* The sentence to use, or NULL if the event has none. */
const struct sentence *sentence_of(const struct event *event);
/* All sentences of an event, one after the other; NULL after the last. */
const struct sentence *sentence_row(enum event_code code, unsigned index);
void sentence_fill(const struct event *event, const char *text, char *out,
                   size_t size);
/* The name and fields of any event: "flash.erase partition=slot-b". */
void sentence_plain(const struct event *event, char *out, size_t size);

#endif
