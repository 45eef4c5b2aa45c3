/* SPDX-License-Identifier: MIT */
/*
 * The evidence of a run, kept in a folder of its own: recording.ndjson,
 * changes.bin, flash.bin, fuses.bin, qemu.log, token, result.json; flash-2.bin and so on
 * for further devices; the scenario's file, and the programs that lie beside
 * it, so that `otalab replay FOLDER` needs nothing else but the usual ones.
 */
#ifndef OTALAB_CLI_EVIDENCE_H
#define OTALAB_CLI_EVIDENCE_H

#include <stdbool.h>

#include "base/paths.h"
#include "engine/run.h"

/* What is kept, and where. */
struct evidence {
    const char *folder;
    const struct scenario *scenario;
    const struct locations *where;
};

/* All of the files, or with an error none, and none of an earlier run.
 * `json` is what result.json shall hold, with its line end. */
int evidence_keep(const struct evidence *evidence,
                  const struct run_result *result, const char *json,
                  struct diag *diag);
/* Remove what an earlier run of the scenario has left there, and the folder
 * when nothing else is in it. */
void evidence_remove(const struct evidence *evidence);

/* Is it such a folder? */
bool evidence_is(const char *folder);
/* Its token, as it was printed, and its scenario's file; 0, or OTALAB_ERR_USAGE
 * with a line that names what is missing. */
int evidence_read(const char *folder, struct token *token, char *scenario,
                  size_t size, struct diag *diag);

#endif
