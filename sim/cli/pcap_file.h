/* SPDX-License-Identifier: MIT */
/* A recorded run's packets as a file for Wireshark (docs/capture.md). */
#ifndef OTALAB_CLI_PCAP_FILE_H
#define OTALAB_CLI_PCAP_FILE_H

#include "base/diag.h"
#include "engine/result.h"
#include "history/history.h"

/* Write them; `token` may be NULL. *packets is their number. 0, or a negative
 * enum otalab_err with a line. */
int pcap_file_write(const struct history *history, const char *token,
                    const char *path, uint64_t *packets, struct diag *diag);

/* The same for a run that has just ended. */
int pcap_file_of_run(const struct run_result *result, const char *path,
                     struct diag *diag);

#endif
