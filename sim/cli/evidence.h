/* SPDX-License-Identifier: MIT */
/*
 * The evidence of a run, kept in a folder of its own: recording.ndjson,
 * changes.bin, flash.bin, fuses.bin, qemu.log, token, result.json; flash-2.bin
 * and so on for further devices; the scenario's file, and the programs found
 * beside it, so that `otalab replay FOLDER` needs only the installed programs
 * in addition.
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

/* Write all files; after an error, none is left. Files of an earlier run are
 * removed. `json` is the text of result.json including the line end. 0, or a
 * negative enum otalab_err with a line in diag. */
int evidence_keep(const struct evidence *evidence,
                  const struct run_result *result, const char *json,
                  struct diag *diag);
/* Remove what an earlier run of the scenario left in the folder, and the folder
 * itself if nothing else is in it. */
void evidence_remove(const struct evidence *evidence);

/* Whether `folder` is an evidence folder. */
bool evidence_is(const char *folder);
/* Read the token, as it was printed, and the path of the scenario's file
 * (`size` bytes of room). 0, or OTALAB_ERR_USAGE with a line that names what is
 * missing. */
int evidence_read(const char *folder, struct token *token, char *scenario,
                  size_t size, struct diag *diag);

#endif
