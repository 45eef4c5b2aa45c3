/* SPDX-License-Identifier: MIT */
/*
 * A recorded run for viewing: any event, and the state of everything after it,
 * forward and back, without the simulator. Read from a folder's
 * recording.ndjson and changes.bin (docs/recording.md), which are checked
 * completely when opened: an event that no run could have reported, a change
 * outside the flash, a wrong checksum or a file of another run is refused.
 * After that, the only possible error is lack of memory. A history is not
 * shared between threads.
 *
 * Opening folds the run once and keeps a picture now and then, so that any jump
 * folds no more than a few thousand events.
 */
#ifndef OTALAB_HISTORY_HISTORY_H
#define OTALAB_HISTORY_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "device/figures.h"
#include "history/picture.h"

struct history;

/* Open a folder. 0, or OTALAB_ERR_USAGE (something is wrong with a file) or
 * OTALAB_ERR_SIMULATOR (out of memory) with a line in `diag`. */
int history_open(struct history **out, const char *folder, struct diag *diag);
/* The same from bytes, which must outlive the history. */
int history_read(struct history **out, const void *ndjson, size_t ndjson_size,
                 const void *changes, size_t changes_size, struct diag *diag);
void history_close(struct history *history); /* NULL is allowed */

const char *history_scenario(const struct history *history);
uint64_t history_seed(const struct history *history);
/* Partitions, devices, sizes. */
const struct changes_shape *history_shape(const struct history *history);
/* The number of events; they are numbered from 1, as in the file. */
uint64_t history_events(const struct history *history);

/* The event with that number, 1 to history_events(). */
void history_event(const struct history *history, uint64_t number,
                   struct event *event);
/* The changes that the event told of, in order; of 0, what there was at
 * power-on. Fills the first `max` of `change`, whose bytes live as long as the
 * history; returns how many there are. */
unsigned history_changes(const struct history *history, uint64_t number,
                         struct change *change, unsigned max);
/* The datagram that the event is about, whose bytes live as long as the
 * history; false: it is about none. */
bool history_packet(const struct history *history, uint64_t number,
                    struct change *packet);
/* The number of the last event at or before a time; 0: there was none. */
uint64_t history_find(const struct history *history, uint64_t time_ns);

/*
 * The state of everything after the event `number`, from 0 (power is not on
 * yet) to history_events(). `picture` is empty or was filled before: the next
 * event is cheapest, a jump takes at most some milliseconds. 0, or
 * OTALAB_ERR_SIMULATOR if out of memory: then it is empty.
 */
int history_at(const struct history *history, uint64_t number,
               struct picture *picture);

#endif
