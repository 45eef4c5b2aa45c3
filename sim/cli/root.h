/* SPDX-License-Identifier: MIT */
/* `otalab` as a command: the tree from which man page and completions are
 * generated. */
#ifndef OTALAB_CLI_ROOT_H
#define OTALAB_CLI_ROOT_H

#include "shell/commands.h"

extern const struct command command_root;

#endif
