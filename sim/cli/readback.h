/* SPDX-License-Identifier: MIT */
/*
 * A recording, read back right after its run: what it ends with has to be what
 * the devices hold, bit for bit.
 */
#ifndef OTALAB_CLI_READBACK_H
#define OTALAB_CLI_READBACK_H

#include "engine/result.h"
#include "history/history.h"

/* 0; or OTALAB_ERR_SIMULATOR with a line in `diag`: the recording cannot be
 * read, or says otherwise. */
int readback(const struct run_result *result, struct diag *diag);

/* The same recording as a history. The caller closes it, then frees *changes.
 * 0, or OTALAB_ERR_SIMULATOR as above. */
int readback_open(const struct run_result *result, uint8_t **changes,
                  struct history **history, struct diag *diag);

#endif
