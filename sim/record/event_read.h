/* SPDX-License-Identifier: MIT */
/*
 * Reads back lines of recording.ndjson. Nothing is guessed: a line is accepted
 * if event_json() would have written it, byte for byte. Bytes that were not
 * valid UTF-8 are U+FFFD in the file, and are read back as the byte 0xFF.
 */
#ifndef OTALAB_RECORD_EVENT_READ_H
#define OTALAB_RECORD_EVENT_READ_H

#include <stddef.h>
#include <stdint.h>

#include "record/event.h"

/* Read a line without its end. 0, or -1 if it is not an event. */
int event_read(const char *line, size_t length, struct event *event);
/* The same for a line that was read before: not compared. */
void event_again(const char *line, size_t length, struct event *event);

/* Read the first line. */
struct recording_head {
    char scenario[64];
    uint64_t seed;
};
int recording_head_read(const char *line, size_t length,
                        struct recording_head *head);

#endif
