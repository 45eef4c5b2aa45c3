/* SPDX-License-Identifier: MIT */
/*
 * The evidence of a run, kept in a folder of its own: recording.ndjson,
 * flash.bin, fuses.bin, qemu.log, token, result.json; flash-2.bin and so on
 * for further devices.
 */
#ifndef OTALAB_CLI_EVIDENCE_H
#define OTALAB_CLI_EVIDENCE_H

#include <stddef.h>

#include "engine/run.h"

/* All of the files, or with an error none, and none of an earlier run.
 * `json` is what result.json shall hold, with its line end. */
int evidence_keep(const char *folder, const struct run_result *result,
                  const char *json, struct diag *diag);

#endif
