/* SPDX-License-Identifier: MIT */
/*
 * The recording of a run: newline-delimited JSON, a header line followed by one
 * line per event, in order. It contains no host path, date, pid or duration, so
 * identical runs give identical bytes; the SHA-256 of these bytes names the
 * run. The bytes are kept in memory (an event takes about 120 bytes) and
 * written on request.
 */
#ifndef OTALAB_RECORD_RECORDING_H
#define OTALAB_RECORD_RECORDING_H

#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "record/event.h"

#define RECORDING_VERSION 1u
#define RECORDING_LINE 2048u                 /* bytes, longer than any event */
#define RECORDING_MAX (256u * 1024u * 1024u) /* bytes, two million events */

struct recording {
    char *bytes;
    size_t length;
    size_t capacity;
    uint64_t events;
};

/* Names and short digests that the header carries. */
struct recording_header {
    const char *scenario;
    uint64_t seed;
    const char *digests; /* "rom=1f2e.. boot=.." as one string */
    const char *tools;   /* compiler and library versions */
};

void recording_init(struct recording *recording);
void recording_free(struct recording *recording);
/* Both return 0, or OTALAB_ERR_SIMULATOR if out of memory or beyond
 * RECORDING_MAX. */
int recording_begin(struct recording *recording,
                    const struct recording_header *header);
int recording_add(struct recording *recording, const struct event *event);
void recording_digest(const struct recording *recording, uint8_t digest[32]);
/* Copy `from` to `to`, which keeps its memory. 0, or OTALAB_ERR_SIMULATOR if
 * out of memory. */
int recording_copy(struct recording *to, const struct recording *from);
int recording_write(const struct recording *recording, const char *path,
                    struct diag *diag);

/* Write one event as a JSON object without a line end; also used for --json.
 * Returns its length in bytes, or 0 if it did not fit. */
size_t event_json(const struct event *event, char *out, size_t size);

#endif
