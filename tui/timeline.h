/* SPDX-License-Identifier: MIT */
/*
 * What each event of a history is good for: a place to step to, a phase that
 * begins, a line of the story, the thing an expectation waits for. One byte an
 * event, found once as the history becomes known, so that stepping looks
 * nothing up. The caller owns it.
 */
#ifndef OTALAB_TUI_TIMELINE_H
#define OTALAB_TUI_TIMELINE_H

#include <stdint.h>

#include "history/history.h"
#include "scenario/scenario.h"
#include "tui/phase.h"

enum timeline_mark {
    MARK_STORY = 1u << 0,    /* told in the short story */
    MARK_PHASE = 1u << 1,    /* begins a phase */
    MARK_OPERATION = 1u << 2 /* a flash operation or burn begins or ends */
};

/* The events that an expectation counts, in order. */
struct timeline_hits {
    uint64_t *number;
    unsigned count;
    unsigned capacity;
};

struct timeline {
    uint64_t events;
    uint64_t capacity;
    uint8_t *mark; /* of event 1 at [1] */
    struct timeline_hits hits[SCENARIO_EXPECTS];
    struct timeline_hits told[SCENARIO_TELLS]; /* where explanations begin */
};

/* Take in the events that are new in `history`; `scenario` may be NULL. 0, or
 * OTALAB_ERR_SIMULATOR without memory. */
int timeline_update(struct timeline *timeline, const struct history *history,
                    const struct scenario *scenario);
void timeline_free(struct timeline *timeline);

/* The next event after `from`, or the last before it, that has one of these
 * marks; 0 if there is none. */
uint64_t timeline_next(const struct timeline *timeline, uint64_t from,
                       unsigned marks);
uint64_t timeline_back(const struct timeline *timeline, uint64_t from,
                       unsigned marks);
/* How often expectation `index` was hit up to event `at`. */
unsigned timeline_count(const struct timeline *timeline, unsigned index,
                        uint64_t at);

/* The explanation of the scenario that is in force at event `at`, or -1, and
 * the event at which it began. */
int timeline_tell(const struct timeline *timeline,
                  const struct scenario *scenario, uint64_t at,
                  uint64_t *since);

#endif
