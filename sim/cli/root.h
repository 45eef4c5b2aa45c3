/* SPDX-License-Identifier: MIT */
/* `otalab` as a command: the tree from which man page and completions are
 * made. */
#ifndef OTALAB_CLI_ROOT_H
#define OTALAB_CLI_ROOT_H

#include "cli/commands.h"

#define OTALAB_VERSION "0.3.0"
#define OTALAB_VERSION_DATE "2026-11-22" /* for the man page */

extern const struct command command_root;

#endif
