/* SPDX-License-Identifier: MIT */
/* The subcommands for scenarios that run nothing. */
#ifndef OTALAB_CLI_CMD_CHECK_H
#define OTALAB_CLI_CMD_CHECK_H

#include "shell/commands.h"

extern const struct command command_check;
extern const struct command command_explain;

#endif
