/* SPDX-License-Identifier: MIT */
/*
 * Shell completions, made from the tables of commands.h. A script knows the
 * tree of commands, the options and the kinds of their values by itself; only
 * for names of scenarios and topics does it ask the program (`otalab
 * completion --names scenarios`). The caller checks the stream.
 */
#ifndef OTALAB_SHELL_COMPLETION_H
#define OTALAB_SHELL_COMPLETION_H

#include <stdio.h>

#include "shell/commands.h"

void completion_bash(const struct command *root, FILE *out);
void completion_zsh(const struct command *root, FILE *out);
void completion_fish(const struct command *root, FILE *out);

#endif
