/* SPDX-License-Identifier: MIT */
/*
 * Device programs with a lesson's defect, or with what the student has made of
 * it, built by the product's own Makefile as tests/mutants are. That needs
 * Otalab's source tree; an installed otalab has none. Results are kept in the
 * build folder, below lessons/, one folder for each student's folder.
 */
#ifndef OTALAB_LESSON_BUILD_H
#define OTALAB_LESSON_BUILD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/paths.h"
#include "lesson/student.h"

struct build {
    const struct lesson *lesson;
    const struct student *student;
    const struct locations *where;
};

/* The root of the source tree. 0, or OTALAB_ERR_USAGE with a line in diag that
 * says what to do. */
int build_root(const struct locations *where, char *root, size_t size,
               struct diag *diag);
/* The text of the defect's source: as it is, or with the defect planted;
 * malloc'ed. 0, or a negative enum otalab_err with a line in diag. */
int build_source(const struct build *build, bool planted, char **text,
                 size_t *size, struct diag *diag);
/*
 * Build the program and give the folder of the result; a copy of it goes to the
 * student's folder, below `defective` or `own`. 0; OTALAB_ERR_FAILED if
 * the student's file does not compile, with the compiler's first error in
 * diag; or another negative enum otalab_err.
 */
int build_programs(const struct build *build, enum lesson_firmware which,
                   char *folder, size_t size, struct diag *diag);

#endif
