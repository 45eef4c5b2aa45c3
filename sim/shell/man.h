/* SPDX-License-Identifier: MIT */
/*
 * The manual page otalab(1), made from the tables of commands.h and from a few
 * of its own: exit codes, environment, files. roff with the man macros, for
 * groff and mandoc alike. The caller checks the stream.
 */
#ifndef OTALAB_SHELL_MAN_H
#define OTALAB_SHELL_MAN_H

#include <stdio.h>

#include "shell/commands.h"

void man_page(const struct command *root, FILE *out);

#endif
