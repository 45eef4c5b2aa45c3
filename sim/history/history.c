/* SPDX-License-Identifier: MIT */
/* Finds events by their lines, and pictures from the nearest key frame. */
#include "history/history.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "record/event_read.h"
#include "record/recording.h"

#include <mbedtls/sha256.h>

/* The most events that a jump folds, and the most key frames that are kept. */
#define FRAME_EVENTS 1024u
#define FRAMES_MAX 256u
#define EVENT_LINE_MIN 32u /* bytes of the shortest line */

struct history {
    struct recording_head head;
    const char *text; /* recording.ndjson */
    size_t size;
    uint32_t *line; /* offset of each event's line, and of the end */
    uint64_t events;
    struct changes_reader changes; /* at the first change */
    uint64_t every;                /* events from one frame to the next */
    struct picture *frame[FRAMES_MAX + 2];
    unsigned frames;
    uint8_t *own_text; /* when it was read from a folder */
    uint8_t *own_changes;
};

/* ---- events ----------------------------------------------------------------- */

static const char *line_at(const struct history *history, uint64_t number,
                           size_t *length)
{
    uint32_t at = history->line[number - 1];

    *length = history->line[number] - at - 1; /* without its end */
    return history->text + at;
}

void history_event(const struct history *history, uint64_t number,
                   struct event *event)
{
    assert(number >= 1 && number <= history->events);
    size_t length;
    const char *line = line_at(history, number, &length);

    event_again(line, length, event);
}

/* The end of a line, or NULL if it has none. */
static const char *end_of(const struct history *history, const char *line)
{
    return memchr(line, '\n', history->size - (size_t)(line - history->text));
}

static int bad_line(struct diag *diag, uint64_t number, const char *what)
{
    return diag_fail(diag, OTALAB_ERR_USAGE,
                     "recording.ndjson: line %" PRIu64 ": %s", number, what);
}

static int find_lines(struct history *history, struct diag *diag)
{
    const char *end = end_of(history, history->text);
    const char *last = history->text + history->size;

    if (end == NULL ||
        recording_head_read(history->text, (size_t)(end - history->text),
                            &history->head) != 0) {
        return bad_line(diag, 1, "no header of a recording");
    }
    history->line =
        calloc(history->size / EVENT_LINE_MIN + 2, sizeof *history->line);
    if (history->line == NULL) {
        return diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory");
    }
    for (const char *line = end + 1; line < last; line = end + 1) {
        end = end_of(history, line);
        if (end == NULL || end - line < (ptrdiff_t)EVENT_LINE_MIN) {
            return bad_line(diag, history->events + 2,
                            "not an event, or truncated");
        }
        history->line[history->events++] = (uint32_t)(line - history->text);
    }
    history->line[history->events] = (uint32_t)history->size;
    return 0;
}

uint64_t history_find(const struct history *history, uint64_t time_ns)
{
    uint64_t low = 0;
    uint64_t high = history->events;

    while (low < high) {
        uint64_t middle = low + (high - low + 1) / 2;
        struct event event;

        history_event(history, middle, &event);
        if (event.time_ns <= time_ns) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    return low;
}

/* ---- the fold ----------------------------------------------------------------- */

/* Is the event about a datagram? */
static bool has_packet(uint32_t code)
{
    switch (code) {
    case EVENT_RADIO_SEND:
    case EVENT_RADIO_RECEIVE:
    case EVENT_RADIO_DROP:
    case EVENT_SERVER_REQUEST:
    case EVENT_SERVER_ANSWER:
    case EVENT_SERVER_FLIGHT:
        return true;
    default:
        return false;
    }
}

/* NULL, or in what the datagram differs from what its event says of it. */
static const char *misfit(const struct event *event,
                          const struct change *packet)
{
    int length = event_field_find(event->code, "length");

    if (!has_packet(event->code) || event->device != packet->device) {
        return "is no datagram of its event";
    }
    if (length >= 0 && event->number[length] != packet->length) {
        return "has not the length that its event tells";
    }
    if (event->code == (uint32_t)EVENT_SERVER_ANSWER &&
        (packet->length < 2 || event->number[0] != packet->bytes[1])) {
        return "has not the code that its event tells";
    }
    return NULL;
}

/* NULL, or why the change cannot be one of this event; `before` is what the
 * last change of it was, 0 if there was none. */
static const char *unfit(const struct event *event, const struct change *change,
                         unsigned before)
{
    if (change->time_ns != event->time_ns) {
        return "has not the time of its event";
    }
    if (before == CHANGE_PACKET) {
        return "follows the datagram of its event";
    }
    return change->kind == CHANGE_PACKET ? misfit(event, change) : NULL;
}

/* All changes of an event were read, the last of this kind. */
static int check_told(const struct event *event, unsigned last,
                      struct diag *diag)
{
    return event->sequence == 0 || !has_packet(event->code) ||
                   last == CHANGE_PACKET
               ? 0
               : diag_fail(diag, OTALAB_ERR_USAGE,
                           "changes.bin: the datagram of event %" PRIu64
                           " is missing",
                           event->sequence);
}

/* Read all changes of one event. `diag` is given if they must be correct. */
static int fold_changes(struct picture *picture, const struct event *event,
                        struct diag *diag)
{
    unsigned before = 0;

    for (;;) {
        struct changes_reader ahead = picture->reader;
        struct change change;
        int some = changes_next(&ahead, &change, diag);

        if (some < 0) {
            return some;
        }
        if (some == 0 || change.event > event->sequence) {
            return check_told(event, before, diag);
        }
        const char *wrong = unfit(event, &change, before);

        if (wrong != NULL) {
            return diag_fail(diag, OTALAB_ERR_USAGE,
                             "changes.bin: change %" PRIu64 " %s, %" PRIu64,
                             ahead.seen, wrong, event->sequence);
        }
        before = change.kind;
        if (picture_change(picture, &change) != 0) {
            return diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory");
        }
        picture->reader = ahead;
    }
}

static int fold_event(struct picture *picture, const struct event *event,
                      struct diag *diag)
{
    int err = fold_changes(picture, event, diag);

    if (err == 0) {
        picture_event(picture, event);
    }
    return err;
}

/* ---- key frames ----------------------------------------------------------------- */

static int keep_frame(struct history *history, const struct picture *picture,
                      struct diag *diag)
{
    struct picture *frame = calloc(1, sizeof *frame);

    if (frame == NULL) {
        return diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory");
    }
    picture_copy(frame, picture);
    history->frame[history->frames++] = frame;
    return 0;
}

/* Read an event for the first time, and check that it can follow the state
 * before. */
static int read_event(const struct history *history, uint64_t number,
                      const struct picture *before, struct event *event,
                      struct diag *diag)
{
    size_t length;
    const char *line = line_at(history, number, &length);

    if (event_read(line, length, event) != 0) {
        return bad_line(diag, number + 1, "not in the form that a run writes");
    }
    if (event->sequence != number || event->time_ns < before->time_ns ||
        event->device > before->devices) {
        return bad_line(diag, number + 1,
                        "its number, time or device is impossible");
    }
    return 0;
}

/* Check everything from the first event to the last, and keep frames. */
static int fold_whole(struct history *history, struct picture *picture,
                      struct diag *diag)
{
    struct event event = {.sequence = 0};
    int err = fold_changes(picture, &event, diag);

    err = err ? err : keep_frame(history, picture, diag);
    for (uint64_t i = 1; i <= history->events && err == 0; i++) {
        err = read_event(history, i, picture, &event, diag);
        err = err ? err : fold_event(picture, &event, diag);
        if (err == 0 && i % history->every == 0) {
            err = keep_frame(history, picture, diag);
        }
    }
    if (err == 0) {
        struct change change;

        err = changes_next(&picture->reader, &change, diag);
    }
    return err > 0 ? diag_fail(diag, OTALAB_ERR_USAGE,
                               "changes.bin: it continues after the last event")
                   : err;
}

static int check_pair(const struct history *history, struct diag *diag)
{
    uint8_t digest[32];

    mbedtls_sha256((const uint8_t *)history->text, history->size, digest, 0);
    return memcmp(digest, history->changes.recording, sizeof digest) == 0
               ? 0
               : diag_fail(diag, OTALAB_ERR_USAGE,
                           "changes.bin belongs to another recording.ndjson");
}

/* ---- opening ------------------------------------------------------------------- */

static int make(struct history *history, const void *changes,
                size_t changes_size, struct diag *diag)
{
    struct picture *picture = calloc(1, sizeof *picture);
    int err = changes_open(&history->changes, changes, changes_size, diag);

    err = err ? err : check_pair(history, diag);
    err = err ? err : find_lines(history, diag);
    history->every = history->events / FRAMES_MAX + 1;
    if (history->every < FRAME_EVENTS) {
        history->every = FRAME_EVENTS;
    }
    if (err == 0 && picture == NULL) {
        err = diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory");
    }
    if (err == 0) {
        picture_begin(picture, &history->changes.shape);
        picture->reader = history->changes;
        err = fold_whole(history, picture, diag);
    }
    if (picture != NULL) {
        picture_free(picture);
    }
    free(picture);
    return err;
}

int history_read(struct history **out, const void *ndjson, size_t ndjson_size,
                 const void *changes, size_t changes_size, struct diag *diag)
{
    struct history *history = calloc(1, sizeof *history);

    *out = NULL;
    if (history == NULL) {
        return diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory");
    }
    history->text = ndjson;
    history->size = ndjson_size;
    int err = ndjson_size > RECORDING_MAX
                  ? bad_line(diag, 1, "the file is too long")
                  : make(history, changes, changes_size, diag);

    if (err) {
        history_close(history);
        return err;
    }
    *out = history;
    return 0;
}

static int read_file(const char *folder, const char *name, size_t limit,
                     uint8_t **bytes, size_t *size, struct diag *diag)
{
    char path[1024];
    int n = snprintf(path, sizeof path, "%s/%s", folder, name);

    return n > 0 && (size_t)n < sizeof path
               ? file_read(path, limit, bytes, size, diag)
               : diag_fail(diag, OTALAB_ERR_USAGE, "%.200s: path too long",
                           folder);
}

int history_open(struct history **out, const char *folder, struct diag *diag)
{
    uint8_t *text = NULL;
    uint8_t *changes = NULL;
    size_t size = 0;
    size_t changes_size = 0;
    int err = read_file(folder, "recording.ndjson", RECORDING_MAX, &text, &size,
                        diag);

    *out = NULL;
    err = err ? err
              : read_file(folder, "changes.bin", 2 * CHANGES_MAX, &changes,
                          &changes_size, diag);
    err =
        err ? err : history_read(out, text, size, changes, changes_size, diag);
    if (err) {
        free(text);
        free(changes);
        return err;
    }
    (*out)->own_text = text;
    (*out)->own_changes = changes;
    return 0;
}

void history_close(struct history *history)
{
    if (history == NULL) {
        return;
    }
    for (unsigned i = 0; i < history->frames; i++) {
        picture_free(history->frame[i]);
        free(history->frame[i]);
    }
    free(history->line);
    free(history->own_text);
    free(history->own_changes);
    free(history);
}

/* ---- questions ------------------------------------------------------------------- */

const char *history_scenario(const struct history *history)
{
    return history->head.scenario;
}

uint64_t history_seed(const struct history *history)
{
    return history->head.seed;
}

const struct changes_shape *history_shape(const struct history *history)
{
    return &history->changes.shape;
}

uint64_t history_events(const struct history *history)
{
    return history->events;
}

unsigned history_changes(const struct history *history, uint64_t number,
                         struct change *change, unsigned max)
{
    struct changes_reader reader = history->changes;
    struct change next;
    unsigned count = 0;

    assert(number <= history->events);
    if (number > 0) {
        reader = history->frame[(number - 1) / history->every]->reader;
    }
    while (changes_next(&reader, &next, NULL) > 0 && next.event <= number) {
        if (next.event == number && count++ < max) {
            change[count - 1] = next;
        }
    }
    return count;
}

bool history_packet(const struct history *history, uint64_t number,
                    struct change *packet)
{
    struct changes_reader reader;

    assert(number <= history->events);
    if (number == 0) {
        return false;
    }
    reader = history->frame[(number - 1) / history->every]->reader;
    while (changes_next(&reader, packet, NULL) > 0 && packet->event <= number) {
        if (packet->event == number && packet->kind == CHANGE_PACKET) {
            return true;
        }
    }
    return false;
}

/* Whether the fold can continue from what the picture shows. */
static bool goes_on(const struct history *history, uint64_t number,
                    const struct picture *picture)
{
    return picture->shape == &history->changes.shape &&
           picture->sequence <= number &&
           picture->sequence / history->every == number / history->every;
}

int history_at(const struct history *history, uint64_t number,
               struct picture *picture)
{
    struct event event;
    int err = 0;

    assert(number <= history->events);
    if (!goes_on(history, number, picture)) {
        picture_copy(picture, history->frame[number / history->every]);
    }
    while (picture->sequence < number && err == 0) {
        history_event(history, picture->sequence + 1, &event);
        err = fold_event(picture, &event, NULL);
    }
    if (err) {
        picture_free(picture);
    }
    return err;
}
