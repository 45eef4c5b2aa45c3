/* SPDX-License-Identifier: MIT */
/*
 * Read and write whole files. Reading is bounded; writing is atomic (a
 * temporary file beside the target, then rename), so a full disk leaves the old
 * file intact. A link is followed: its target is replaced. What is no regular
 * file (a device, a FIFO, a socket) is never replaced, nor written to. Errors
 * leave one line that names the file.
 */
#ifndef OTALAB_BASE_FILE_H
#define OTALAB_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"

#define FILE_PATH 4096u /* longest path, with its NUL; at least PATH_MAX */

/* *out is malloc'ed, with a NUL after the last byte that is not counted in
 * *size. 0, or OTALAB_ERR_USAGE if the file cannot be read or has more than
 * `limit` bytes. */
int file_read(const char *path, size_t limit, uint8_t **out, size_t *size,
              struct diag *diag);
/* 0, or OTALAB_ERR_USAGE. */
int file_write(const char *path, const void *data, size_t size,
               struct diag *diag);

/* The same in two steps, for files that only make sense together: all are
 * drafted before the first is kept. */
struct file_draft {
    const char *path;      /* as given; outlives the draft */
    char place[FILE_PATH]; /* links followed */
    char temp[FILE_PATH];  /* what was written so far; "": nothing */
};
int file_draft(struct file_draft *draft, const char *path, const void *data,
               size_t size, struct diag *diag);
int file_keep(struct file_draft *draft, struct diag *diag);
/* Remove a draft that was not kept. It may have failed, or be all zeros. */
void file_drop(struct file_draft *draft);

/* Whether two paths name one place to write to, be there a file or not. False
 * if either cannot be written at all. */
bool file_same(const char *one, const char *other);
/* Make a directory and its parents. */
int file_make_dirs(const char *path, struct diag *diag);

#endif
