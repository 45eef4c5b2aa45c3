/* SPDX-License-Identifier: MIT */
/*
 * A run told in lines for people: virtual time, who, what. Routine events
 * (single flash operations, datagrams, locks) are left out unless `verbose`. So
 * is an agent's poll right after another one; before the next line, another
 * says how many were left out. Download progress is reported at each quarter.
 * These lines appear only in the story, not in recordings. Writes to a stream
 * owned by the caller; all state is in the struct. What a device prints comes
 * from outside: its control characters are shown as ^X and never reach a
 * terminal.
 */
#ifndef OTALAB_RECORD_STORY_H
#define OTALAB_RECORD_STORY_H

#include <stdbool.h>
#include <stdio.h>

#include "record/event.h"

#define STORY_DEVICES 8u /* devices beyond this number do not report progress */

/* Progress of a device's download, seen in its writes to the slot. */
struct story_download {
    bool active;
    bool based;             /* `base` was seen */
    char slot[EVENT_LABEL]; /* where the download goes */
    uint64_t base;          /* the slot's address */
    uint64_t size;
    uint64_t quarter; /* reached, 0 to 4 */
    uint64_t told_ns; /* time of the last report about it */
};

struct story {
    FILE *out;
    bool verbose;
    bool color;
    bool several;   /* several devices: lines name the device */
    bool polled;    /* the last poll that was printed; all 0 at first: */
    uint64_t polls; /* polls left out since, and the last of them */
    struct event poll;
    uint32_t asked[STORY_DEVICES]; /* reason of the restart under way */
    struct story_download download[STORY_DEVICES];
};

void story_event(struct story *story, const struct event *event);
/* The sentence alone, without time and colour. False if the short story leaves
 * the event out. */
bool story_line(const struct event *event, char *out, size_t size);
/* The same without the speaker: "ROLLBACK from slot-b to slot-a: .." */
void story_says(const struct event *event, char *out, size_t size);
#endif
