/* SPDX-License-Identifier: MIT */
/*
 * A recording, read back right after its run: what it ends with has to be what
 * the devices hold, bit for bit.
 */
#ifndef OTALAB_CLI_READBACK_H
#define OTALAB_CLI_READBACK_H

#include "engine/result.h"

/* 0; or OTALAB_ERR_SIMULATOR with a line in `diag`: the recording cannot be
 * read, or says otherwise. */
int readback(const struct run_result *result, struct diag *diag);

#endif
