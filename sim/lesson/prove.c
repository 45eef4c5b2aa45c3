/* SPDX-License-Identifier: MIT */
#include "lesson/prove.h"

#include <ftw.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/quantity.h"
#include "lesson/graft.h"
#include "lesson/handout.h"

struct play {
    struct proof *proof;
    struct judge judge;
    struct student student;
    struct handout handout;
    struct diag *diag;
};

static void say(struct play *play, const struct lesson_task *task, bool holds,
                const char *what, const char *seen)
{
    struct proof *proof = play->proof;

    fprintf(proof->out, "%s %s, seed %" PRIu64 ", %s: %s%s%s\n",
            holds ? "ok" : "not ok", proof->lesson->name, proof->seed,
            task->name, what, holds ? "" : "; but ", holds ? "" : seen);
    proof->failed += holds ? 0 : 1;
}

static const char *seen_of(const struct judgement *judgement)
{
    return judgement->state == JUDGEMENT_SOLVED ? "it is solved"
                                                : judgement->says.text;
}

/* Judge every task; each must come out as wanted. */
static int expect_all(struct play *play, bool solved, const char *what)
{
    const struct lesson *lesson = play->proof->lesson;
    int err = 0;

    for (unsigned i = 0; i < lesson->tasks && err == 0; i++) {
        struct judgement judgement;

        err =
            judge_task(&play->judge, &lesson->task[i], &judgement, play->diag);
        if (err == 0) {
            say(play, &lesson->task[i],
                (judgement.state == JUDGEMENT_SOLVED) == solved, what,
                seen_of(&judgement));
        }
    }
    memset(play->judge.built, 0, sizeof play->judge.built);
    return err;
}

/* ---- wrong answers ------------------------------------------------------- */

static int expect_wrong(struct play *play, const struct lesson_task *task,
                        const char *answer)
{
    struct judgement judgement;
    char what[FILL_VALUE + 32];
    int err = judge_answer(&play->judge, task, answer, &judgement, play->diag);

    if (err == 0) {
        snprintf(what, sizeof what, "not solved by %s", answer);
        say(play, task, judgement.state == JUDGEMENT_WRONG, what,
            seen_of(&judgement));
    }
    return err;
}

static int try_number(struct play *play, const struct lesson_task *task,
                      const char *right)
{
    uint64_t number = 0;
    char wrong[24];

    (void)quantity_number(right, &number);
    snprintf(wrong, sizeof wrong, "%" PRIu64, number + 1u);
    return expect_wrong(play, task, wrong);
}

static int try_words(struct play *play, const struct lesson_task *task,
                     const char *right)
{
    int err = 0;

    for (unsigned i = 0; i < task->words.count && err == 0; i++) {
        err = strcmp(task->words.word[i], right) == 0
                  ? 0
                  : expect_wrong(play, task, task->words.word[i]);
    }
    return err;
}

static int try_version(struct play *play, const struct lesson_task *task,
                       const char *right)
{
    (void)right;
    return expect_wrong(play, task, "99.99.99");
}

static int try_wrong(struct play *play, const struct lesson_task *task)
{
    static int (*const tries[])(struct play *, const struct lesson_task *,
                                const char *) = {
        [FORM_NUMBER] = try_number,
        [FORM_VERSION] = try_version,
        [FORM_WORD] = try_words,
    };
    char right[FILL_VALUE];
    struct place place;
    int err = task->kind == LESSON_PREDICT
                  ? student_answer(&play->student, task->name, right, &place,
                                   play->diag)
                  : 0;

    return err || task->kind != LESSON_PREDICT
               ? err
               : tries[task->form](play, task, right);
}

/* ---- the solution -------------------------------------------------------- */

static int put_file(struct play *play, const char *name)
{
    char from[LESSON_PATH], inner[LESSON_NAME + 16], to[LESSON_PATH];
    uint8_t *text = NULL;
    char *filled = NULL;
    size_t size = 0;

    snprintf(inner, sizeof inner, "solution/%s", name);
    if (lesson_path(play->proof->lesson, inner, from, sizeof from) != 0 ||
        student_path(&play->student, name, to, sizeof to) != 0) {
        return diag_fail(play->diag, OTALAB_ERR_USAGE, "path too long");
    }
    int err = file_read(from, NODE_FILE_MAX, &text, &size, play->diag);

    if (err == 0) {
        filled = fill_text(&play->student.fill, (const char *)text, from,
                           play->diag);
        err = filled == NULL
                  ? OTALAB_ERR_USAGE
                  : file_write(to, filled, strlen(filled), play->diag);
    }
    free(filled);
    free(text);
    return err;
}

/* Nothing is wrong with the source as it is in the tree. */
static int put_source(struct play *play)
{
    const struct build build = {play->proof->lesson, &play->student,
                                play->proof->where};
    struct handout_file file = {.text = NULL};
    size_t size = 0;
    int err = build_source(&build, false, &file.text, &size, play->diag);

    snprintf(file.name, sizeof file.name, "%s",
             lesson_source_name(play->proof->lesson));
    err = err ? err : handout_write(&file, &play->student, play->diag);
    free(file.text);
    return err;
}

static int put_solution(struct play *play)
{
    const struct lesson *lesson = play->proof->lesson;
    bool answers = false;
    int err = 0;

    for (unsigned i = 0; i < lesson->tasks && err == 0; i++) {
        const struct lesson_task *task = &lesson->task[i];

        answers = answers || task->kind == LESSON_PREDICT;
        err = task->file != NULL         ? put_file(play, task->file)
              : task->kind == LESSON_FIX ? put_source(play)
                                         : 0;
    }
    return err == 0 && answers ? put_file(play, LESSON_ANSWERS) : err;
}

/* ---- the whole ----------------------------------------------------------- */

static int hand_out(struct play *play)
{
    const struct build build = {play->proof->lesson, &play->student,
                                play->proof->where};
    int err = handout_make(&play->handout, &build, play->diag);

    for (unsigned i = 0; i < play->handout.count && err == 0; i++) {
        err = handout_write(&play->handout.file[i], &play->student, play->diag);
    }
    return err;
}

static int play_through(struct play *play)
{
    const struct lesson *lesson = play->proof->lesson;
    int err = hand_out(play);

    err = err ? err : expect_all(play, false, "not solved as handed out");
    err = err ? err : put_solution(play);
    err = err ? err : expect_all(play, true, "solved by the solution");
    for (unsigned i = 0; i < lesson->tasks && err == 0; i++) {
        err = try_wrong(play, &lesson->task[i]);
    }
    return err;
}

static int remove_one(const char *path, const struct stat *info, int flag,
                      struct FTW *walk)
{
    (void)info;
    (void)flag;
    (void)walk;
    return remove(path);
}

/* The folder was made here. */
static void tidy(struct play *play)
{
    (void)nftw(play->student.folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    handout_free(&play->handout);
}

int prove(struct proof *proof, struct diag *diag)
{
    struct play play = {.proof = proof, .diag = diag};

    play.judge = (struct judge){.lesson = proof->lesson,
                                .student = &play.student,
                                .where = proof->where,
                                .interrupted = proof->interrupted};
    play.student.seed = proof->seed;
    snprintf(play.student.folder, sizeof play.student.folder,
             "/tmp/otalab-lesson-XXXXXX");
    if (mkdtemp(play.student.folder) == NULL) {
        return diag_fail(diag, OTALAB_ERR_SIMULATOR,
                         "no folder can be made in /tmp");
    }
    lesson_fill(proof->lesson, proof->seed, &play.student.fill);
    int err = play_through(&play);

    tidy(&play);
    return err;
}
