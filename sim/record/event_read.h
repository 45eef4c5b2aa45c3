/* SPDX-License-Identifier: MIT */
/*
 * Lines of recording.ndjson, read back. Nothing is guessed: a line is taken
 * when event_json() would have written it, byte for byte. Bytes that were no
 * UTF-8 came into the file as U+FFFD, and come back as the byte 0xFF.
 */
#ifndef OTALAB_RECORD_EVENT_READ_H
#define OTALAB_RECORD_EVENT_READ_H

#include <stddef.h>
#include <stdint.h>

#include "record/event.h"

/* A line without its end. 0, or -1 when it is no event. */
int event_read(const char *line, size_t length, struct event *event);
/* As above, of a line that was read before: not compared. */
void event_again(const char *line, size_t length, struct event *event);

/* The first line. */
struct recording_head {
    char scenario[64];
    uint64_t seed;
};
int recording_head_read(const char *line, size_t length,
                        struct recording_head *head);

#endif
