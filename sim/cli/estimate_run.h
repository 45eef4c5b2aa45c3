/* SPDX-License-Identifier: MIT */
/* What an update has cost in a recorded run: figures that need not be assumed.
 * Nothing is kept or owned. */
#ifndef OTALAB_CLI_ESTIMATE_RUN_H
#define OTALAB_CLI_ESTIMATE_RUN_H

#include <stdint.h>

#include "shell/options.h"

/* Bytes of IPv4 and UDP headers, which are paid for, too. */
#define RUN_HEADERS 28u

/* The bytes of all datagrams that the run's only device has sent and received,
 * with headers. `folder` is what `otalab run --record` has left. 0, or a
 * negative enum otalab_err with a line in diag. */
int run_bytes(const char *folder, uint64_t *bytes, struct diag *diag);

/* If option `from` names a folder, measure there and set option `figure`, as if
 * it had been given. Both together are refused. */
int figure_from_run(const struct command *command, struct options *options,
                    unsigned figure, unsigned from, struct diag *diag);

#endif
