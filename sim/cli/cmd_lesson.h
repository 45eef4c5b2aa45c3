/* SPDX-License-Identifier: MIT */
/* The subcommand for lessons. */
#ifndef OTALAB_CLI_CMD_LESSON_H
#define OTALAB_CLI_CMD_LESSON_H

#include "shell/commands.h"

extern const struct command command_lesson;

#endif
