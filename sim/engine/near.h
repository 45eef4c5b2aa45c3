/* SPDX-License-Identifier: MIT */
/*
 * The event that came nearest to what was waited for: kept while the run lasts,
 * said when it fails.
 */
#ifndef OTALAB_ENGINE_NEAR_H
#define OTALAB_ENGINE_NEAR_H

#include "engine/state.h"

/* Note an event that a pattern does not fit. */
void near_note(struct world_near *near, const struct pattern *pattern,
               const struct event *event);
/* Add what was noted to a failure; nothing to NULL. */
void near_text(const struct world_near *near, const struct pattern *pattern,
               struct run_failure *failure);

#endif
