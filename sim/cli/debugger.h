/* SPDX-License-Identifier: MIT */
/* What a person has to know who asked for a debugger: that it is waited for,
 * and the command that connects one. */
#ifndef OTALAB_CLI_DEBUGGER_H
#define OTALAB_CLI_DEBUGGER_H

#include <stdio.h>

#include "base/paths.h"
#include "scenario/scenario.h"

void debugger_say(FILE *out, const struct scenario *scenario,
                  const struct locations *where, int port);

#endif
