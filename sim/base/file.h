/* SPDX-License-Identifier: MIT */
/*
 * Whole files in and out. Reading is bounded; writing is atomic (a temporary
 * file beside the target, then rename), so a full disk leaves the old file.
 * Errors leave one line naming the file.
 */
#ifndef OTALAB_BASE_FILE_H
#define OTALAB_BASE_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"

/* *out is malloc'ed, with a NUL behind the last byte that *size leaves out.
 * OTALAB_ERR_USAGE when it cannot be read or is larger than `limit`. */
int file_read(const char *path, size_t limit, uint8_t **out, size_t *size,
              struct diag *diag);
int file_write(const char *path, const void *data, size_t size,
               struct diag *diag);
/* Make a directory and its parents. */
int file_make_dirs(const char *path, struct diag *diag);

#endif
