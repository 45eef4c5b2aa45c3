/* SPDX-License-Identifier: MIT */
/* `otalab estimate`: the calculators, one file for each subject. */
#ifndef OTALAB_CLI_CMD_ESTIMATE_H
#define OTALAB_CLI_CMD_ESTIMATE_H

#include "shell/commands.h"

extern const struct command command_estimate;

extern const struct command command_estimate_cost;
extern const struct command command_estimate_break_even;
extern const struct command command_estimate_energy;
extern const struct command command_estimate_fleet;
extern const struct command command_estimate_choose;

#endif
