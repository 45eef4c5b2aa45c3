/* SPDX-License-Identifier: MIT */
/* `otalab lesson`: take a lesson, and prove one. */
#include "cli/cmd_lesson.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/interrupt.h"
#include "base/json.h"
#include "cli/desk.h"
#include "cli/lesson_say.h"
#include "lesson/handout.h"
#include "lesson/prove.h"
#include "shell/options.h"

static const struct command command_list, command_start, command_check,
    command_hint, command_reset, command_next, command_prove;

/* What every subcommand does first and last. `code` is an exit code, or
 * negative: an error in diag. */
static int begin(const struct command *command, int argc, char **argv,
                 struct options *options, struct desk *desk, struct diag *diag)
{
    int code = options_parse(options, command, argc, argv);

    *desk = (struct desk){.lesson = NULL};
    if (code != OPTIONS_GO) {
        return code;
    }
    int err = desk_open(desk, diag);

    return err != 0 ? command_fail(command, err, diag) : OPTIONS_GO;
}

static int finish(const struct command *command, struct desk *desk, int result,
                  const struct diag *diag)
{
    desk_close(desk);
    if (result < 0 && *interrupt_watch() != 0) {
        return interrupt_exit();
    }
    return result < 0 ? command_fail(command, result, diag) : result;
}

static const char *argument(const struct options *options, int index)
{
    return index < options->count ? options->arguments[index] : NULL;
}

/* ---- list ---------------------------------------------------------------- */

enum { LIST_JSON };

static const struct option_spec list_options[] = {
    [LIST_JSON] = {.name = "json",
                   .short_name = 'j',
                   .help = "print NDJSON, one line for each lesson"},
    {0},
};

static int run_list(int argc, char **argv)
{
    struct options options;
    struct desk desk;
    struct diag diag = {""};
    int code = begin(&command_list, argc, argv, &options, &desk, &diag);

    for (unsigned i = 0; code == OPTIONS_GO && i < desk.shelf.count; i++) {
        struct student student = {.seed = 0};
        bool started = desk_progress(desk.shelf.lesson[i], &student);

        lesson_say_listed(desk.shelf.lesson[i], started ? &student : NULL,
                          options.value[LIST_JSON].given);
    }
    return code != OPTIONS_GO ? (desk_close(&desk), code)
                              : finish(&command_list, &desk, 0, &diag);
}

static const struct command command_list = {
    .name = "lesson list",
    .summary = "list the lessons, and how far you are",
    .run = run_list,
    .options = list_options,
    .examples =
        (const struct command_example[]){
            {"otalab lesson list", "show every lesson with its length"}, {0}},
};

/* ---- start --------------------------------------------------------------- */

enum { START_SEED };

static const struct option_spec start_options[] = {
    [START_SEED] = {.name = "seed",
                    .short_name = 's',
                    .kind = OPTION_NUMBER,
                    .argument = "N",
                    .help = "draw the figures in the questions from this seed "
                            "instead of your own"},
    {0},
};

static int place_student(struct desk *desk, const struct options *options,
                         struct diag *diag)
{
    struct student *student = &desk->student;
    const char *folder = argument(options, 1);
    int n = folder != NULL
                ? snprintf(student->folder, LESSON_PATH, "%s", folder)
                : snprintf(student->folder, LESSON_PATH, DESK_FOLDER "/%s",
                           desk->lesson->name);

    if (n < 0 || (size_t)n >= LESSON_PATH) {
        return diag_fail(diag, OTALAB_ERR_USAGE, "path too long");
    }
    student->seed = options->value[START_SEED].given
                        ? options->value[START_SEED].number
                        : student_usual_seed();
    lesson_fill(desk->lesson, student->seed, &student->fill);
    return student_is(student->folder)
               ? diag_fail(diag, OTALAB_ERR_USAGE,
                           "%s: a lesson was started there; go on with it, or "
                           "use 'otalab lesson reset'",
                           student->folder)
               : 0;
}

/* Nothing of the user's is overwritten. */
static int check_free(const struct handout *handout,
                      const struct student *student, struct diag *diag)
{
    for (unsigned i = 0; i < handout->count; i++) {
        if (handout_compare(&handout->file[i], student) == HANDOUT_CHANGED) {
            return diag_fail(diag, OTALAB_ERR_USAGE,
                             "%s: has a file %s already; name an empty folder",
                             student->folder, handout->file[i].name);
        }
    }
    return 0;
}

static int write_all(const struct desk *desk, const struct handout *handout,
                     struct diag *diag)
{
    int err = 0;

    for (unsigned i = 0; i < handout->count && err == 0; i++) {
        err = handout_write(&handout->file[i], &desk->student, diag);
    }
    return err ? err : student_write(&desk->student, desk->lesson, diag);
}

/* The folder must be there before a defect is planted for it. */
static int start_lesson(struct desk *desk, struct diag *diag)
{
    const struct build build = {desk->lesson, &desk->student, &desk->where};
    char root[LESSON_PATH];
    struct handout handout = {.count = 0};
    int err = desk->lesson->defect.rule != NULL
                  ? build_root(&desk->where, root, sizeof root, diag)
                  : 0;

    err = err ? err : file_make_dirs(desk->student.folder, diag);
    err = err ? err : handout_make(&handout, &build, diag);
    err = err ? err : check_free(&handout, &desk->student, diag);
    err = err ? err : write_all(desk, &handout, diag);
    if (err == 0 && desk->lesson->defect.rule != NULL) {
        err = build_programs(&build, FIRMWARE_PLANTED, root, sizeof root, diag);
    }
    if (err == 0) {
        lesson_say_started(desk->lesson, &desk->student, &handout);
    }
    handout_free(&handout);
    return err;
}

static int run_start(int argc, char **argv)
{
    struct options options;
    struct desk desk;
    struct diag diag = {""};
    int code = begin(&command_start, argc, argv, &options, &desk, &diag);

    if (code != OPTIONS_GO) {
        desk_close(&desk);
        return code;
    }
    int err =
        shelf_find(&desk.shelf, options.arguments[0], &desk.lesson, &diag);

    err = err ? err : place_student(&desk, &options, &diag);
    err = err ? err : start_lesson(&desk, &diag);
    return finish(&command_start, &desk, err, &diag);
}

static const struct command command_start = {
    .name = "lesson start",
    .summary = "make your folder for a lesson and print its page",
    .run = run_start,
    .options = start_options,
    .arguments = "NAME [DIR]",
    .completes = COMPLETES_LESSONS,
    .arguments_min = 1,
    .arguments_max = 2,
    .examples =
        (const struct command_example[]){
            {"otalab lesson start what-is-in-flash",
             "begin the first lesson in ./lessons/what-is-in-flash"},
            {0}},
    .description =
        "The folder, by default ./lessons/NAME, gets the page, the scenarios "
        "and answers.yaml, in which you write your answers. The figures in "
        "the questions are yours: they are drawn from a seed that depends on "
        "who you are.",
};

/* ---- check --------------------------------------------------------------- */

enum { CHECK_JSON };

static const struct option_spec check_options[] = {
    [CHECK_JSON] = {.name = "json",
                    .short_name = 'j',
                    .help = "print NDJSON, one line for each task and one for "
                            "the lesson"},
    {0},
};

/* Judge every task, say each as it is judged. 0: all are solved, 1: not all;
 * or a negative enum otalab_err. */
static int judge_all(struct desk *desk, bool json, struct diag *diag)
{
    struct judge judge = {.lesson = desk->lesson,
                          .student = &desk->student,
                          .where = &desk->where,
                          .interrupted = interrupt_watch()};
    int err = 0;

    for (unsigned i = 0; i < desk->lesson->tasks && err == 0; i++) {
        struct judgement judgement;

        err = judge_task(&judge, &desk->lesson->task[i], &judgement, diag);
        if (err == 0) {
            desk->student.solved[i] = judgement.state == JUDGEMENT_SOLVED;
            lesson_say_judged(desk->lesson, &desk->student, i, &judgement,
                              json);
            (void)fflush(stdout);
        }
    }
    err = err ? err : student_write(&desk->student, desk->lesson, diag);
    return err ? err : (student_is_done(&desk->student, desk->lesson) ? 0 : 1);
}

static int run_check(int argc, char **argv)
{
    struct options options;
    struct desk desk;
    struct diag diag = {""};
    int code = begin(&command_check, argc, argv, &options, &desk, &diag);

    if (code != OPTIONS_GO) {
        desk_close(&desk);
        return code;
    }
    bool json = options.value[CHECK_JSON].given;
    int err = desk_find(&desk, argument(&options, 0), &diag);

    if (err == 0) {
        err = judge_all(&desk, json, &diag);
    }
    if (err >= 0) {
        lesson_say_total(desk.lesson, &desk.student, json);
    }
    return finish(&command_check, &desk, err, &diag);
}

static const struct command command_check = {
    .name = "lesson check",
    .summary = "judge what you have done so far",
    .run = run_check,
    .options = check_options,
    .arguments = "[NAME|DIR]",
    .completes = COMPLETES_LESSONS,
    .arguments_max = 1,
    .examples =
        (const struct command_example[]){
            {"otalab lesson check", "judge the lesson whose folder this is"},
            {"otalab lesson check the-good-update --json",
             "the same by name, for programs"},
            {0}},
    .description =
        "Runs the lesson's scenarios with your figures and judges each task by "
        "what happens. Says what is still wrong, but never the answer. Exit "
        "code 0 if everything is solved, otherwise 1.",
};

/* ---- hint ---------------------------------------------------------------- */

enum { HINT_TASK };

static const struct option_spec hint_options[] = {
    [HINT_TASK] = {.name = "task",
                   .short_name = 't',
                   .kind = OPTION_TEXT,
                   .argument = "TASK",
                   .help = "a hint for this task instead of the first that is "
                           "not solved"},
    {0},
};

static int find_task(const struct desk *desk, const char *name,
                     struct diag *diag)
{
    int index = name != NULL ? lesson_find(desk->lesson, name) : 0;

    if (index < 0) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "no task '%.60s' in this lesson; 'otalab lesson "
                         "check' shows them",
                         name);
    }
    if (name == NULL) {
        while (index < (int)desk->lesson->tasks - 1 &&
               desk->student.solved[index]) {
            index++;
        }
    }
    return index;
}

static int give_hint(struct desk *desk, const char *name, struct diag *diag)
{
    if (name == NULL && student_is_done(&desk->student, desk->lesson)) {
        printf("Everything is solved.\n");
        return 0;
    }
    int index = find_task(desk, name, diag);

    if (index < 0) {
        return index;
    }
    unsigned *given = &desk->student.hints[index];

    *given += *given < LESSON_HINTS ? 1 : 0;
    int err =
        lesson_say_hint(desk->lesson, &desk->student, (unsigned)index, diag);

    return err ? err : student_write(&desk->student, desk->lesson, diag);
}

static int run_hint(int argc, char **argv)
{
    struct options options;
    struct desk desk;
    struct diag diag = {""};
    int code = begin(&command_hint, argc, argv, &options, &desk, &diag);

    if (code != OPTIONS_GO) {
        desk_close(&desk);
        return code;
    }
    int err = desk_find(&desk, argument(&options, 0), &diag);

    err = err ? err : give_hint(&desk, options.value[HINT_TASK].text, &diag);
    return finish(&command_hint, &desk, err, &diag);
}

static const struct command command_hint = {
    .name = "lesson hint",
    .summary = "give the next of three hints for a task",
    .run = run_hint,
    .options = hint_options,
    .arguments = "[NAME|DIR]",
    .completes = COMPLETES_LESSONS,
    .arguments_max = 1,
    .examples =
        (const struct command_example[]){
            {"otalab lesson hint", "a hint for the first task not yet solved"},
            {0}},
};

/* ---- reset --------------------------------------------------------------- */

enum { RESET_FORCE };

static const struct option_spec reset_options[] = {
    [RESET_FORCE] = {.name = "force",
                     .short_name = 'f',
                     .help = "put files back even if you have changed them"},
    {0},
};

/* Put back what is missing and, if forced, what was changed. How many changed
 * files stay; or a negative enum otalab_err. */
static int put_back(struct desk *desk, const struct handout *handout,
                    bool force, struct diag *diag)
{
    static const char *const words[] = {
        [HANDOUT_MISSING] = "put back", [HANDOUT_CHANGED] = "overwritten"};
    int stay = 0;

    for (unsigned i = 0; i < handout->count; i++) {
        const struct handout_file *file = &handout->file[i];
        enum handout_state state = handout_compare(file, &desk->student);

        if (state == HANDOUT_SAME) {
            continue;
        }
        if (state == HANDOUT_CHANGED && !force) {
            printf("%s: has your changes; --force overwrites it\n", file->name);
            stay++;
            continue;
        }
        int err = handout_write(file, &desk->student, diag);

        if (err != 0) {
            return err;
        }
        printf("%s: %s\n", file->name, words[state]);
    }
    return stay;
}

static int reset_lesson(struct desk *desk, bool force, struct diag *diag)
{
    const struct build build = {desk->lesson, &desk->student, &desk->where};
    struct handout handout = {.count = 0};
    int err = handout_make(&handout, &build, diag);
    int stay = err != 0 ? err : put_back(desk, &handout, force, diag);

    handout_free(&handout);
    if (stay == 0) {
        memset(desk->student.hints, 0, sizeof desk->student.hints);
        memset(desk->student.solved, 0, sizeof desk->student.solved);
        stay = student_write(&desk->student, desk->lesson, diag);
        printf("%s: as at the start; your own files are still there\n",
               desk->lesson->name);
    }
    return stay > 0 ? 1 : stay;
}

static int run_reset(int argc, char **argv)
{
    struct options options;
    struct desk desk;
    struct diag diag = {""};
    int code = begin(&command_reset, argc, argv, &options, &desk, &diag);

    if (code != OPTIONS_GO) {
        desk_close(&desk);
        return code;
    }
    int err = desk_find(&desk, argument(&options, 0), &diag);

    err = err ? err
              : reset_lesson(&desk, options.value[RESET_FORCE].given, &diag);
    return finish(&command_reset, &desk, err, &diag);
}

static const struct command command_reset = {
    .name = "lesson reset",
    .summary = "put a lesson's folder back as it was at the start",
    .run = run_reset,
    .options = reset_options,
    .arguments = "[NAME|DIR]",
    .completes = COMPLETES_LESSONS,
    .arguments_max = 1,
    .examples =
        (const struct command_example[]){
            {"otalab lesson reset", "say what would be overwritten"},
            {"otalab lesson reset --force", "and overwrite it"},
            {0}},
    .description =
        "Missing files are put back. Files that you have changed are only "
        "named, unless you add --force; exit code 1 if there are any. Files "
        "that are not the lesson's are never touched.",
};

/* ---- next ---------------------------------------------------------------- */

static int run_next(int argc, char **argv)
{
    struct options options;
    struct desk desk;
    struct diag diag = {""};
    int code = begin(&command_next, argc, argv, &options, &desk, &diag);

    if (code != OPTIONS_GO) {
        desk_close(&desk);
        return code;
    }
    lesson_say_next(&desk.shelf);
    return finish(&command_next, &desk, 0, &diag);
}

static const struct command command_next = {
    .name = "lesson next",
    .summary = "name the next lesson that you have not solved",
    .run = run_next,
    .examples =
        (const struct command_example[]){
            {"otalab lesson next", "and the command to start or go on with"},
            {0}},
};

/* ---- prove --------------------------------------------------------------- */

enum { PROVE_SEEDS };

static const struct option_spec prove_options[] = {
    [PROVE_SEEDS] = {.name = "seeds",
                     .kind = OPTION_NUMBER,
                     .argument = "N",
                     .help = "play so many students; default 2"},
    {0},
};

static int prove_one(struct desk *desk, const struct lesson *lesson,
                     uint64_t seeds, unsigned *failed, struct diag *diag)
{
    int err = 0;

    for (uint64_t seed = 1; seed <= seeds && err == 0; seed++) {
        struct proof proof = {.lesson = lesson,
                              .where = &desk->where,
                              .interrupted = interrupt_watch(),
                              .seed = seed,
                              .out = stdout};

        err = prove(&proof, diag);
        *failed += proof.failed;
        (void)fflush(stdout);
    }
    return err;
}

static int prove_named(struct desk *desk, const struct options *options,
                       struct diag *diag)
{
    const struct option_value *seeds = &options->value[PROVE_SEEDS];
    unsigned failed = 0;
    int err = 0;

    for (int i = 0; i < options->count && err == 0; i++) {
        err = shelf_find(&desk->shelf, options->arguments[i], &desk->lesson,
                         diag);
        err = err ? err
                  : prove_one(desk, desk->lesson,
                              seeds->given ? seeds->number : 2, &failed, diag);
    }
    return err ? err : (failed > 0 ? 1 : 0);
}

static int run_prove(int argc, char **argv)
{
    struct options options;
    struct desk desk;
    struct diag diag = {""};
    int code = begin(&command_prove, argc, argv, &options, &desk, &diag);

    if (code != OPTIONS_GO) {
        desk_close(&desk);
        return code;
    }
    return finish(&command_prove, &desk, prove_named(&desk, &options, &diag),
                  &diag);
}

static const struct command command_prove = {
    .name = "lesson prove",
    .summary = "for authors: prove that a lesson can be solved, and only so",
    .run = run_prove,
    .options = prove_options,
    .arguments = "NAME...",
    .completes = COMPLETES_LESSONS,
    .arguments_min = 1,
    .arguments_max = -1,
    .examples =
        (const struct command_example[]){
            {"otalab lesson prove pull-the-plug",
             "play two students who first do nothing, then the right thing, "
             "then something wrong"},
            {0}},
    .description =
        "Nothing may be solved as it is handed out, the files in the lesson's "
        "folder 'solution' must solve every task, and wrong answers none. "
        "Prints a line for each. An installed otalab has no solutions.",
};

/* ---- lesson -------------------------------------------------------------- */

static const struct command *const lesson_commands[] = {
    &command_list,  &command_start, &command_check, &command_hint,
    &command_reset, &command_next,  &command_prove, NULL};

const struct command command_lesson = {
    .name = "lesson",
    .summary = "learn how an update survives: predict, break, fix",
    .examples =
        (const struct command_example[]){
            {"otalab lesson next", "name the lesson to begin with"},
            {"otalab lesson start what-is-in-flash", "begin it"},
            {"otalab lesson check what-is-in-flash",
             "judge what you have done so far"},
            {0}},
    .subcommands = lesson_commands,
};
