/* SPDX-License-Identifier: MIT */
/* Why a recorded run failed, from the result.json in its folder. */
#ifndef OTALAB_TUI_FAILURES_H
#define OTALAB_TUI_FAILURES_H

#include "engine/failure.h"

/* How many reasons there are, at most RUN_FAILURES; 0 when the file is missing
 * or invalid: it is only an addition to the recording. */
unsigned failures_read(const char *folder,
                       struct run_failure failure[RUN_FAILURES]);

#endif
