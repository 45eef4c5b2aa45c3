/* SPDX-License-Identifier: MIT */
/*
 * What the rules require of each way to update, from docs/mechanisms.md. The
 * mechanism is that of the board that the scenario has chosen, whatever the
 * device thinks.
 */
#include "oracle/oracle_parts.h"

static const struct oracle_mechanism mechanisms[BOARD_MECHANISMS] = {
    [BOARD_AB] = {.has_trials = true, .keeps_running = true},
    [BOARD_RECOVERY] = {.has_trials = true,
                        .keeps_running = true,
                        .falls_to_recovery = true},
    [BOARD_UNSAFE] = {.has_trials = false},
};

const struct oracle_mechanism *oracle_mechanism(const struct oracle_view *view)
{
    return &mechanisms[view->judged->policy.mechanism];
}
