/* SPDX-License-Identifier: MIT */
/*
 * A run told in lines for people: virtual time, who, what. Routine events
 * (single flash operations, datagrams, locks) are left out unless `verbose`;
 * so is an agent's poll right after another one: what follows them is told
 * after a line that says how many there were. A download says at its quarters
 * how far it is. These are lines of the story alone, no recording has them. Writes to a stream that the caller owns; keeps no state but what
 * is in the struct. What a device prints comes from outside: its control
 * characters are shown as ^X, and never reach a terminal.
 */
#ifndef OTALAB_RECORD_STORY_H
#define OTALAB_RECORD_STORY_H

#include <stdbool.h>
#include <stdio.h>

#include "record/event.h"

#define STORY_DEVICES 8u /* those beyond do not tell of their progress */

/* How far a device's download is, from what it writes into the slot. */
struct story_download {
    bool active;
    bool based;             /* `base` was seen */
    char slot[EVENT_LABEL]; /* where it goes */
    uint64_t base;          /* the slot's address */
    uint64_t size;
    uint64_t quarter; /* reached, 0 to 4 */
    uint64_t told_ns; /* when something was last said of it */
};

struct story {
    FILE *out;
    bool verbose;
    bool color;
    bool several;   /* devices: lines say which one */
    bool polled;    /* the last line told of a poll; all 0 at first: */
    uint64_t polls; /* left out since, and the last of them */
    struct event poll;
    uint32_t asked[STORY_DEVICES]; /* reason of a restart that comes */
    struct story_download download[STORY_DEVICES];
};

void story_event(struct story *story, const struct event *event);
/* The sentence alone, without time and colour. False when the event is one
 * that the short story leaves out. */
bool story_line(const struct event *event, char *out, size_t size);
/* The same without who says it: "ROLLBACK from slot-b to slot-a: .." */
void story_says(const struct event *event, char *out, size_t size);
#endif
