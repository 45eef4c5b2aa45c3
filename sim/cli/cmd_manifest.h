/* SPDX-License-Identifier: MIT */
#ifndef OTALAB_CLI_CMD_MANIFEST_H
#define OTALAB_CLI_CMD_MANIFEST_H

#include "shell/commands.h"

extern const struct command command_manifest;

#endif
