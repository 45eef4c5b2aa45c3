/* SPDX-License-Identifier: MIT */
/*
 * Read and write whole files. Reading is bounded; writing is atomic (a
 * temporary file beside the target, then rename), so a full disk leaves the old
 * file intact. Errors leave one line that names the file.
 */
#ifndef OTALAB_BASE_FILE_H
#define OTALAB_BASE_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"

/* *out is malloc'ed, with a NUL after the last byte that is not counted in
 * *size. 0, or OTALAB_ERR_USAGE if the file cannot be read or has more than
 * `limit` bytes. */
int file_read(const char *path, size_t limit, uint8_t **out, size_t *size,
              struct diag *diag);
int file_write(const char *path, const void *data, size_t size,
               struct diag *diag);
/* Make a directory and its parents. */
int file_make_dirs(const char *path, struct diag *diag);

#endif
