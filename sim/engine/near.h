/* SPDX-License-Identifier: MIT */
/*
 * The event that came closest to the one waited for: remembered during the run,
 * reported if it fails.
 */
#ifndef OTALAB_ENGINE_NEAR_H
#define OTALAB_ENGINE_NEAR_H

#include "engine/state.h"

/* Note an event that a pattern does not match. */
void near_note(struct world_near *near, const struct pattern *pattern,
               const struct event *event);
/* Add what was noted to a failure; does nothing if that is NULL. */
void near_text(const struct world_near *near, const struct pattern *pattern,
               struct run_failure *failure);

#endif
