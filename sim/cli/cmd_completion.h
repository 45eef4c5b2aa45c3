/* SPDX-License-Identifier: MIT */
/* The subcommand that prints shell completions. */
#ifndef OTALAB_CLI_CMD_COMPLETION_H
#define OTALAB_CLI_CMD_COMPLETION_H

#include "shell/commands.h"

extern const struct command command_completion;

#endif
