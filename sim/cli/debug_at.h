/* SPDX-License-Identifier: MIT */
/*
 * `replay --gdb-at`: run to a point, stop the CPU there, and leave it to a
 * debugger. The run goes on for as long as the debugger lets it.
 */
#ifndef OTALAB_CLI_DEBUG_AT_H
#define OTALAB_CLI_DEBUG_AT_H

#include <stdint.h>

#include "base/diag.h"
#include "base/paths.h"
#include "engine/result.h"
#include "scenario/scenario.h"

#define DEBUG_AT_PORT 3333

struct debug_at {
    enum {
        DEBUG_AT_START,  /* the ROM's first instruction */
        DEBUG_AT_BEFORE, /* the last command before the first fault */
        DEBUG_AT_AFTER,  /* the first one after it */
        DEBUG_AT_EVENT
    } what;
    uint64_t event;
};

/* "start", "before-fault", "after-fault" or an event's number. NULL: start.
 * 0, or OTALAB_ERR_USAGE with a line in `diag`. */
int debug_at_read(const char *text, struct debug_at *out, struct diag *diag);
/* As run_scenario(), with options->gdb_port; device 1 is debugged. The first
 * fault is, of the `options->faults` that were added, otherwise of all that the
 * scenario causes, the one that happens first; OTALAB_ERR_USAGE if there is
 * none, or if the run ends before the point. */
int debug_at_run(const struct debug_at *at, const struct scenario *scenario,
                 const struct run_options *options,
                 const struct locations *where, struct run_result *result,
                 struct diag *diag);

#endif
