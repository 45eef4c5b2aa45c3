/* SPDX-License-Identifier: MIT */
/*
 * Where a student works: the lessons there are, the folder that a command line
 * means, and how far the student is in each. desk_close() frees everything.
 */
#ifndef OTALAB_CLI_DESK_H
#define OTALAB_CLI_DESK_H

#include "lesson/judge.h"
#include "lesson/shelf.h"

#define DESK_FOLDER "lessons" /* where lessons are started if not said */

struct desk {
    struct locations where;
    struct shelf shelf;
    const struct lesson *lesson; /* the one that is meant */
    struct student student;
};

/* Find the programs and read the lessons. 0, or a negative enum otalab_err with
 * a line in diag. */
int desk_open(struct desk *desk, struct diag *diag);
void desk_close(struct desk *desk);
/* The student's folder for an argument: a folder, a lesson's name, or NULL for
 * the folder one is in. The same codes. */
int desk_find(struct desk *desk, const char *argument, struct diag *diag);
/* How far the student is in a lesson that was started in ./lessons or beside
 * the folder one is in; false if it was not. */
bool desk_progress(const struct lesson *lesson, struct student *student);

#endif
