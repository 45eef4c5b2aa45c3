/* SPDX-License-Identifier: MIT */
#include "cli/cmd_estimate.h"

#include <stddef.h>

static const struct command *const commands[] = {
    &command_estimate_cost,   &command_estimate_break_even,
    &command_estimate_energy, &command_estimate_fleet,
    &command_estimate_choose, NULL};

static const struct command_example examples[] = {
    {"otalab estimate break-even", "when deltas have paid for themselves"},
    {"otalab estimate fleet", "how many devices an unsafe update bricks"},
    {"otalab estimate choose --size 500KiB --changed 4% --updates 4",
     "full images or deltas, and which line of the rule decides"},
    {0},
};

const struct command command_estimate = {
    .name = "estimate",
    .summary = "calculate costs, energy and risk of updates",
    .examples = examples,
    .description = "Every figure has a default; the output says which ones "
                   "were assumed, and the option that changes each.",
    .subcommands = commands,
};
