/* SPDX-License-Identifier: MIT */
/*
 * A student's folder: the page, the scenarios with the student's figures,
 * answers.yaml, the source file with the defect, and `.lesson`, in which Otalab
 * keeps the lesson's name, the seed, the hints given and the tasks solved. A
 * struct student is a plain value.
 */
#ifndef OTALAB_LESSON_STUDENT_H
#define OTALAB_LESSON_STUDENT_H

#include "lesson/lesson.h"

#define STUDENT_STATE ".lesson"

struct student {
    char folder[LESSON_PATH];
    char lesson[LESSON_NAME];
    uint64_t seed;
    struct fill fill;
    unsigned hints[LESSON_TASKS]; /* given so far, by task */
    bool solved[LESSON_TASKS];
};

/* The seed of whoever calls: always the same for one user of a machine. */
uint64_t student_usual_seed(void);

/* Is this a student's folder? */
bool student_is(const char *folder);
/* Which lesson it belongs to. 0, or OTALAB_ERR_USAGE with a line in diag. */
int student_lesson(const char *folder, char name[LESSON_NAME],
                   struct diag *diag);
/* Read how far the student is. 0, or OTALAB_ERR_USAGE with a line in diag. */
int student_read(struct student *student, const char *folder,
                 const struct lesson *lesson, struct diag *diag);
int student_write(const struct student *student, const struct lesson *lesson,
                  struct diag *diag);
bool student_is_done(const struct student *student,
                     const struct lesson *lesson);

/* "FOLDER/FILE"; -1 if that is too long. */
int student_path(const struct student *student, const char *file, char *out,
                 size_t size);

/* What stands after the task's name in answers.yaml, and where; "" if nothing
 * does. 0, or a negative enum otalab_err with a line in diag. */
int student_answer(const struct student *student, const char *task,
                   char answer[FILL_VALUE], struct place *place,
                   struct diag *diag);

#endif
