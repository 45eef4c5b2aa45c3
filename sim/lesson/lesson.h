/* SPDX-License-Identifier: MIT */
/*
 * A lesson as its file says it: lesson.yaml in a folder of its own, beside the
 * page, the scenarios that the student gets, and a `solution` that only the
 * proof of the lesson uses. The lesson holds no answer: a task says what a run
 * has to show, and judge.h runs it.
 *
 * Texts point into the lesson's tree and may have `$(figure)` in them (fill.h).
 * The caller frees a lesson with lesson_free().
 */
#ifndef OTALAB_LESSON_LESSON_H
#define OTALAB_LESSON_LESSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "lesson/fill.h"
#include "scenario/node.h"

#define LESSON_FILE "lesson.yaml"
#define LESSON_PAGE "page.md"
#define LESSON_ANSWERS "answers.yaml"
#define LESSON_PATH 1024u
#define LESSON_TASKS 12u
#define LESSON_HINTS 3u
#define LESSON_RUNS 8u
#define LESSON_WORDS 12u
#define LESSON_NAME 48u /* longest name of a lesson or task, with its NUL */

enum lesson_kind {
    LESSON_PREDICT, /* an answer, typed into answers.yaml */
    LESSON_BREAK,   /* a scenario's steps */
    LESSON_FIX      /* the source with the planted defect, or a scenario */
};

/* What an answer looks like. */
enum lesson_form { FORM_NUMBER, FORM_VERSION, FORM_WORD };

/* Device programs of a run. */
enum lesson_firmware {
    FIRMWARE_USUAL,
    FIRMWARE_PLANTED, /* with the lesson's defect */
    FIRMWARE_OWN      /* with the student's file */
};

struct lesson_words {
    unsigned count;
    const char *word[LESSON_WORDS];
};

enum lesson_verdict { VERDICT_PASS, VERDICT_FAIL };

/* One run that a task is judged by. */
struct lesson_run {
    const char *scenario;      /* a file of the lesson */
    uint32_t firmware;         /* enum lesson_firmware */
    uint32_t verdict;          /* the one that it has to have */
    const struct node *expect; /* instead of the scenario's; or NULL */
    const char *otherwise;     /* said when it has not; or NULL */
};

struct lesson_task {
    enum lesson_kind kind;
    const char *name;
    const char *asks;
    const char *explains; /* told once it is solved */
    const char *hint[LESSON_HINTS];
    uint32_t form;             /* of the answer: enum lesson_form */
    struct lesson_words words; /* with FORM_WORD: those to choose from */
    const char *file;          /* the student's scenario; FIX: or NULL */
    struct lesson_words may;   /* BREAK: actions that may be added */
    uint32_t at_most;          /* and how many of them */
    unsigned runs;
    struct lesson_run run[LESSON_RUNS];
};

/* Planted in one source file of the device; or all NULL. */
struct lesson_defect {
    const char *rule;    /* a file of the lesson, as in tests/mutants */
    const char *source;  /* "bootloader/boot/select.c" */
    const char *program; /* built from it: rom, boot, app or recovery */
};

/* "3..9" or a list of words. */
struct lesson_figure {
    const char *name;
    uint64_t low;
    uint64_t high;
    struct lesson_words words;
};

struct lesson {
    char folder[LESSON_PATH];
    const char *name;
    const char *title;
    uint32_t number; /* lessons are taken in this order */
    uint32_t minutes;
    unsigned figures;
    struct lesson_figure figure[FILL_FIGURES];
    struct lesson_defect defect;
    unsigned tasks;
    struct lesson_task task[LESSON_TASKS];
    struct node_tree tree;
};

/* Read the lesson in `folder`. 0, or a negative enum otalab_err; then *out is
 * NULL and the diag says "file:line:column: what is wrong; remedy". */
int lesson_read(const char *folder, struct lesson **out, struct diag *diag);
/* The same from memory, without looking for the files that it names. */
int lesson_parse(const char *text, size_t length, const char *path,
                 struct lesson **out, struct diag *diag);
void lesson_free(struct lesson *lesson); /* NULL is allowed */

/* The figures of the student with this seed. */
void lesson_fill(const struct lesson *lesson, uint64_t seed, struct fill *fill);
/* The index of the task of that name, or -1. */
int lesson_find(const struct lesson *lesson, const char *task);
/* "predict", "break", "fix" */
const char *lesson_kind_name(enum lesson_kind kind);
/* "a whole number, such as 3" */
const char *lesson_form_says(enum lesson_form form);
/* The name of the student's copy of the defect's source: "select.c". */
const char *lesson_source_name(const struct lesson *lesson);
/* "FOLDER/FILE" of the lesson; -1 if that is too long. */
int lesson_path(const struct lesson *lesson, const char *file, char *out,
                size_t size);

#endif
