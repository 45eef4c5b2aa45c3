/* SPDX-License-Identifier: MIT */
/*
 * The manual page otalab(1), generated from the tables of commands.h and a few
 * of its own: exit codes, environment, files. It is roff with the man macros,
 * for both groff and mandoc. The caller checks the stream for errors.
 */
#ifndef OTALAB_SHELL_MAN_H
#define OTALAB_SHELL_MAN_H

#include <stdio.h>

#include "shell/commands.h"

void man_page(const struct command *root, FILE *out);

#endif
