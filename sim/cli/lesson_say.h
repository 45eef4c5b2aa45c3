/* SPDX-License-Identifier: MIT */
/* What `otalab lesson` prints on stdout, for people and as NDJSON. */
#ifndef OTALAB_CLI_LESSON_SAY_H
#define OTALAB_CLI_LESSON_SAY_H

#include "lesson/handout.h"
#include "lesson/judge.h"
#include "lesson/shelf.h"

/* `student` is NULL if the lesson was not started. */
void lesson_say_listed(const struct lesson *lesson,
                       const struct student *student, bool json);
/* The page, the files, and what to do first. */
void lesson_say_started(const struct lesson *lesson,
                        const struct student *student,
                        const struct handout *handout);
void lesson_say_judged(const struct lesson *lesson,
                       const struct student *student, unsigned task,
                       const struct judgement *judgement, bool json);
void lesson_say_total(const struct lesson *lesson,
                      const struct student *student, bool json);
/* The hint given last; all of them once the last was given. 0, or a negative
 * enum otalab_err with a line in diag. */
int lesson_say_hint(const struct lesson *lesson, const struct student *student,
                    unsigned task, struct diag *diag);
void lesson_say_next(const struct shelf *shelf);

#endif
