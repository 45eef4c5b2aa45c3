/* SPDX-License-Identifier: MIT */
/*
 * Judges a student's tasks by running scenarios: the lesson's own, with the
 * student's figures, in which an answer stands as an expectation, or into which
 * the student's steps are put, or on a bootloader built from the student's
 * file. No answer is stored anywhere, and none is told.
 */
#ifndef OTALAB_LESSON_JUDGE_H
#define OTALAB_LESSON_JUDGE_H

#include <signal.h>

#include "base/paths.h"
#include "lesson/student.h"

struct judge {
    const struct lesson *lesson;
    const struct student *student;
    const struct locations *where;
    const volatile sig_atomic_t *interrupted; /* or NULL */
    /* judge.c's own, from {0}: built already, by enum lesson_firmware */
    char built[FIRMWARE_OWN + 1][LESSON_PATH];
};

enum judgement_state {
    JUDGEMENT_OPEN,  /* there is nothing to judge yet */
    JUDGEMENT_WRONG, /* something is there, but it does not do what it has to */
    JUDGEMENT_SOLVED
};

struct judgement {
    enum judgement_state state;
    struct diag says; /* what is wrong, or the answer that is right */
};

/* 0; or a negative enum otalab_err with a line in diag when no judgement was
 * possible. What is wrong with the student's files is a judgement. */
int judge_task(struct judge *judge, const struct lesson_task *task,
               struct judgement *out, struct diag *diag);
/* The same of an answer that stands in no file. */
int judge_answer(struct judge *judge, const struct lesson_task *task,
                 const char *answer, struct judgement *out, struct diag *diag);

#endif
