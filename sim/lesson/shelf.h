/* SPDX-License-Identifier: MIT */
/*
 * The lessons there are: folders below lessons/ of the scenarios, those of the
 * user's own first, then the program's, in the order of their numbers.
 */
#ifndef OTALAB_LESSON_SHELF_H
#define OTALAB_LESSON_SHELF_H

#include "base/paths.h"
#include "lesson/lesson.h"

#define SHELF_LESSONS 64u

struct shelf {
    unsigned count;
    struct lesson *lesson[SHELF_LESSONS];
};

/* 0, or a negative enum otalab_err with a line in diag; freed either way with
 * shelf_free(). */
int shelf_read(struct shelf *shelf, const struct locations *where,
               struct diag *diag);
void shelf_free(struct shelf *shelf);
/* The lesson of that name. 0, or OTALAB_ERR_USAGE with a line in diag that
 * suggests another. */
int shelf_find(const struct shelf *shelf, const char *name,
               const struct lesson **out, struct diag *diag);

#endif
