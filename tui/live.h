/* SPDX-License-Identifier: MIT */
/*
 * A run that makes a history: the scenario on the real programs in QEMU, a
 * slice at a time, so that the screen goes on meanwhile. The history that
 * comes of it is read from the run's own recording, as from a folder.
 */
#ifndef OTALAB_TUI_LIVE_H
#define OTALAB_TUI_LIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/paths.h"
#include "engine/failure.h"
#include "history/history.h"
#include "scenario/scenario.h"

struct live;

/* Prepare it; nothing is read or run yet. The scenario and `where` outlive it;
 * the faults, which the scenario has already, are for the token. 0, or
 * OTALAB_ERR_SIMULATOR without memory. */
int live_begin(struct live **out, const struct scenario *scenario,
               const struct locations *where, unsigned faults,
               const char *const *fault, struct diag *diag);
/* Run on for about `budget_ms` of host time, and at least to event `least`.
 * *over: nothing more comes. 0, or a negative enum otalab_err with a line. */
int live_go(struct live *live, uint64_t least, unsigned budget_ms, bool *over,
            struct diag *diag);
/* The same, to event `number` and no further. */
int live_go_to(struct live *live, uint64_t number, bool *over,
               struct diag *diag);
/* Events so far, and the time of the last. */
uint64_t live_events(const struct live *live);
uint64_t live_time_ns(const struct live *live);

/* A history and the bytes that it reads from. */
struct known {
    struct history *history; /* NULL: nothing is known */
    char *recording;         /* malloc'ed; NULL: it is a folder's */
    uint8_t *changes;
};

/* What has happened so far. 0, or a negative enum otalab_err with a line; then
 * *out is empty. */
int live_known(const struct live *live, struct known *out, struct diag *diag);
void known_free(struct known *known);

/* The token of a run that is over, and why it failed: returns how many reasons
 * there are. */
void live_token(const struct live *live, char *out, size_t size);
unsigned live_failures(const struct live *live,
                       struct run_failure failure[RUN_FAILURES]);
/* When each `eventually` of a state was met, as in struct run_result. */
const uint64_t *live_met(const struct live *live);
void live_end(struct live *live); /* NULL is fine */

#endif
