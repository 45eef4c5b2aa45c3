/* SPDX-License-Identifier: MIT */
/* Tells the user who asked for a debugger that the run waits for it, and which
 * command connects one. */
#ifndef OTALAB_CLI_DEBUGGER_H
#define OTALAB_CLI_DEBUGGER_H

#include <stdio.h>

#include "base/paths.h"
#include "scenario/scenario.h"
#include "symbols/programs.h"

/* It waits at the ROM's first instruction, and may run any program. */
void debugger_say(FILE *out, const struct scenario *scenario,
                  const struct locations *where, int port);
/* It waits `there` ("at event 12"), where these programs are in memory. */
void debugger_say_at(FILE *out, const char *name, const char *there,
                     const struct programs *programs, int port);

#endif
