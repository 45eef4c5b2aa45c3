/* SPDX-License-Identifier: MIT */
/*
 * The proof of a lesson, for those who write one: as it is handed out nothing
 * is solved, the solution solves every task, and a wrong answer solves none. A
 * solution is what its folder `solution` has: answers.yaml and scenarios, with
 * `$(figure)`; of a fix, the source as it is in the tree.
 */
#ifndef OTALAB_LESSON_PROVE_H
#define OTALAB_LESSON_PROVE_H

#include <stdio.h>

#include "lesson/judge.h"

struct proof {
    const struct lesson *lesson;
    const struct locations *where;
    const volatile sig_atomic_t *interrupted;
    uint64_t seed; /* of the student that is played */
    FILE *out;     /* a line for each thing proved */
    unsigned failed;
};

/* 0 if the proof came to its end, whatever it found; or a negative enum
 * otalab_err with a line in diag. */
int prove(struct proof *proof, struct diag *diag);

#endif
