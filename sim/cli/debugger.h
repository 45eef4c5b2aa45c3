/* SPDX-License-Identifier: MIT */
/* Tells the user who asked for a debugger that the run waits for it, and which
 * command connects one. */
#ifndef OTALAB_CLI_DEBUGGER_H
#define OTALAB_CLI_DEBUGGER_H

#include <stdio.h>

#include "base/paths.h"
#include "scenario/scenario.h"

void debugger_say(FILE *out, const struct scenario *scenario,
                  const struct locations *where, int port);

#endif
