/* SPDX-License-Identifier: MIT */
/*
 * The files that a student is given: the page and the scenarios with the
 * student's figures, answers.yaml to be filled in, and the source file with the
 * defect. Made anew whenever they are needed; handout_free() frees them.
 */
#ifndef OTALAB_LESSON_HANDOUT_H
#define OTALAB_LESSON_HANDOUT_H

#include "lesson/build.h"

#define HANDOUT_FILES 24u

struct handout_file {
    char name[LESSON_NAME];
    char *text; /* malloc'ed */
};

struct handout {
    unsigned count;
    struct handout_file file[HANDOUT_FILES];
};

enum handout_state { HANDOUT_SAME, HANDOUT_CHANGED, HANDOUT_MISSING };

/* 0, or a negative enum otalab_err with a line in diag; freed either way. */
int handout_make(struct handout *handout, const struct build *build,
                 struct diag *diag);
void handout_free(struct handout *handout);
/* How the student's file compares. */
enum handout_state handout_compare(const struct handout_file *file,
                                   const struct student *student);
int handout_write(const struct handout_file *file,
                  const struct student *student, struct diag *diag);
/* The text of the file of that name, or NULL. */
const char *handout_text(const struct handout *handout, const char *name);

#endif
