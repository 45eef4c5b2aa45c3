/* SPDX-License-Identifier: MIT */
/*
 * A run told in lines for people: virtual time, who, what. Routine events
 * (single flash operations, datagrams, locks) are left out unless `verbose`;
 * so is an agent's poll right behind another one. Writes to a stream that the caller owns; keeps no state but what is in the struct. What
 * a device prints comes from outside: its control characters are shown as ^X,
 * and never reach a terminal.
 */
#ifndef OTALAB_RECORD_STORY_H
#define OTALAB_RECORD_STORY_H

#include <stdbool.h>
#include <stdio.h>

#include "record/event.h"

struct story {
    FILE *out;
    bool verbose;
    bool color;
    bool several; /* devices: lines say which one */
    bool polled;  /* the last line told of a poll; false at first */
};

void story_event(struct story *story, const struct event *event);
/* The sentence alone, without time and colour. False when the event is one
 * that the short story leaves out. */
bool story_line(const struct event *event, char *out, size_t size);
/* What an event's line is made of, with {key} for its fields and [..] around
 * what is left out when its field is 0; NULL when it has no sentence. */
const char *story_sentence(enum event_code code);

#endif
