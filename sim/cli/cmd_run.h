/* SPDX-License-Identifier: MIT */
/* The subcommands that run scenarios. */
#ifndef OTALAB_CLI_CMD_RUN_H
#define OTALAB_CLI_CMD_RUN_H

#include "cli/commands.h"

extern const struct command command_run;
extern const struct command command_replay;
extern const struct command command_demo;
extern const struct command command_doctor;

#endif
