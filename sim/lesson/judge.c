/* SPDX-License-Identifier: MIT */
#include "lesson/judge.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "engine/run.h"
#include "lesson/build.h"
#include "lesson/graft.h"
#include "scenario/schema.h"
#include "scenario/values.h"

/* A task while it is judged. */
struct trial {
    struct judge *judge;
    const struct lesson_task *task;
    struct fill fill;          /* the student's, and the answer */
    const struct node *steps;  /* the student's; or NULL */
    const struct node *expect; /* the same */
    char steps_path[LESSON_PATH];
    struct judgement *out;
    struct diag *diag;
};

__attribute__((format(printf, 3, 4))) static int conclude(
    struct judgement *out, enum judgement_state state, const char *format, ...)
{
    char text[sizeof out->says.text];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    *out = (struct judgement){.state = state};
    (void)diag_fail(&out->says, 0, "%s", text);
    return 0;
}

/* Mistakes of a student are a judgement; others remain errors. */
static int blame(struct judgement *out, int err, struct diag *diag)
{
    if (err != OTALAB_ERR_USAGE && err != OTALAB_ERR_FAILED) {
        return err;
    }
    err = conclude(out, JUDGEMENT_WRONG, "%s", diag->text);
    *diag = (struct diag){""};
    return err;
}

/* ---- one run ------------------------------------------------------------- */

static int programs_for(struct trial *trial, uint32_t firmware,
                        const char **folder)
{
    struct judge *judge = trial->judge;
    const struct build build = {judge->lesson, judge->student, judge->where};
    char *built = judge->built[firmware];
    int err = 0;

    *folder = judge->where->firmware;
    if (firmware == FIRMWARE_USUAL) {
        return 0;
    }
    if (built[0] == '\0') {
        err = build_programs(&build, firmware, built, LESSON_PATH, trial->diag);
    }
    if (err != 0) {
        built[0] = '\0';
    }
    *folder = built;
    return err;
}

/* Why it is not as wanted, without an answer to anything that was asked. */
static void say_why(struct trial *trial, const struct lesson_run *run,
                    const struct run_result *result)
{
    const struct run_failure *failure = &result->failure[0];

    if (trial->task->kind == LESSON_PREDICT) {
        (void)conclude(trial->out, JUDGEMENT_WRONG,
                       "'%s' is not right: the run shows something else",
                       fill_find(&trial->fill, "answer"));
    } else if (run->otherwise != NULL) {
        (void)conclude(trial->out, JUDGEMENT_WRONG, "%s", run->otherwise);
    } else if (run->verdict == VERDICT_FAIL) {
        (void)conclude(trial->out, JUDGEMENT_WRONG, "%s is to fail, but passes",
                       run->scenario);
    } else if (result->failures > 0) {
        (void)conclude(trial->out, JUDGEMENT_WRONG,
                       "%s is to show: %s; seen: %s", run->scenario,
                       failure->expected, failure->seen);
    } else {
        (void)conclude(trial->out, JUDGEMENT_WRONG, "%s: %s", run->scenario,
                       run_verdict_name(result->verdict));
    }
}

static int run_with(struct trial *trial, const struct lesson_run *run,
                    const struct scenario *scenario, const char *firmware)
{
    const struct judge *judge = trial->judge;
    struct run_result result = {0};
    struct run_options options = {.firmware = firmware,
                                  .firmware_else = judge->where->firmware_else,
                                  .plugin = judge->where->plugin,
                                  .interrupted = judge->interrupted};
    int err = run_scenario(scenario, &options, &result, trial->diag);

    if (err == 0 && result.verdict == RUN_INTERRUPTED) {
        err = diag_fail(trial->diag, OTALAB_ERR_SIMULATOR, "interrupted");
    } else if (err == 0 && (result.verdict == RUN_PASSED) !=
                               (run->verdict == VERDICT_PASS)) {
        say_why(trial, run, &result);
    }
    run_result_free(&result);
    return err;
}

static int make_scenario(struct trial *trial, const struct lesson_run *run,
                         struct scenario **scenario)
{
    char path[LESSON_PATH];
    const struct graft graft = {.path = path,
                                .fill = &trial->fill,
                                .expect = run->expect != NULL ? run->expect
                                                              : trial->expect,
                                .steps = trial->steps,
                                .steps_path = trial->steps_path};

    return lesson_path(trial->judge->lesson, run->scenario, path,
                       sizeof path) != 0
               ? diag_fail(trial->diag, OTALAB_ERR_USAGE, "path too long")
               : graft_scenario(&graft, scenario, trial->diag);
}

static int run_one(struct trial *trial, const struct lesson_run *run)
{
    struct scenario *scenario = NULL;
    const char *firmware = NULL;
    int err = programs_for(trial, run->firmware, &firmware);

    err = err ? err : make_scenario(trial, run, &scenario);
    err = err ? err : run_with(trial, run, scenario, firmware);
    scenario_free(scenario);
    return blame(trial->out, err, trial->diag);
}

/* Solved if every run has the verdict that it has to have. */
static int run_all(struct trial *trial)
{
    const struct lesson_task *task = trial->task;
    int err = conclude(trial->out, JUDGEMENT_SOLVED, "%s",
                       task->kind == LESSON_PREDICT
                           ? fill_find(&trial->fill, "answer")
                           : "");

    for (unsigned i = 0;
         i < task->runs && err == 0 && trial->out->state == JUDGEMENT_SOLVED;
         i++) {
        err = run_one(trial, &task->run[i]);
    }
    return err;
}

/* ---- predict ------------------------------------------------------------- */

static bool has_form(const struct lesson_task *task, const char *answer)
{
    uint64_t number = 0;

    if (task->form == FORM_NUMBER) {
        return quantity_number(answer, &number) == QUANTITY_OK &&
               number <= INT32_MAX;
    }
    if (task->form == FORM_VERSION) {
        return value_version(answer) == QUANTITY_OK;
    }
    for (unsigned i = 0; i < task->words.count; i++) {
        if (strcmp(task->words.word[i], answer) == 0) {
            return true;
        }
    }
    return false;
}

static int wrong_form(const struct lesson_task *task, const char *answer,
                      struct judgement *out)
{
    char words[200] = "";

    for (unsigned i = 0; i < task->words.count; i++) {
        size_t used = strlen(words);

        snprintf(words + used, sizeof words - used, "%s%s", i > 0 ? ", " : ": ",
                 task->words.word[i]);
    }
    return conclude(out, JUDGEMENT_WRONG, "'%s' is not %s%s", answer,
                    lesson_form_says(task->form), words);
}

int judge_answer(struct judge *judge, const struct lesson_task *task,
                 const char *answer, struct judgement *out, struct diag *diag)
{
    struct trial trial = {.judge = judge,
                          .task = task,
                          .fill = judge->student->fill,
                          .out = out,
                          .diag = diag};

    if (answer[0] == '\0') {
        return conclude(out, JUDGEMENT_OPEN, "not answered yet");
    }
    if (!has_form(task, answer)) {
        return wrong_form(task, answer, out);
    }
    return fill_set(&trial.fill, "answer", answer) != 0
               ? diag_fail(diag, OTALAB_ERR_SIMULATOR, "too many figures")
               : run_all(&trial);
}

static int judge_predicted(struct judge *judge, const struct lesson_task *task,
                           struct judgement *out, struct diag *diag)
{
    char answer[FILL_VALUE];
    struct place place;
    int err = student_answer(judge->student, task->name, answer, &place, diag);

    if (err != 0) {
        return blame(out, err, diag);
    }
    err = judge_answer(judge, task, answer, out, diag);
    if (err == 0 && out->state != JUDGEMENT_SOLVED) {
        char says[sizeof out->says.text];

        snprintf(says, sizeof says, "%s", out->says.text);
        err = conclude(out, out->state, LESSON_ANSWERS ":%u: %s",
                       (unsigned)place.line, says);
    }
    return err;
}

/* ---- break --------------------------------------------------------------- */

static const char *action_name(const struct action *action)
{
    return schema_action.keys[action->kind].key;
}

/* What the lesson's own scenario does, the student's may do as well. */
static bool is_given(const struct scenario *own, const struct action *action)
{
    for (unsigned i = 0; i < own->steps; i++) {
        for (unsigned j = 0; j < own->step[i].actions; j++) {
            const struct action *given = &own->step[i].action[j];

            if (given->kind == action->kind &&
                strcmp(given->text, action->text) == 0 &&
                strcmp(given->publish.image, action->publish.image) == 0) {
                return true;
            }
        }
    }
    return false;
}

static bool is_allowed(const struct lesson_task *task, const char *name)
{
    for (unsigned i = 0; i < task->may.count; i++) {
        if (strcmp(task->may.word[i], name) == 0) {
            return true;
        }
    }
    return false;
}

/* Count what the student's steps add; a judgement if that must not be. */
static bool check_steps(struct trial *trial, const struct scenario *scenario,
                        const struct scenario *own)
{
    const struct lesson_task *task = trial->task;
    uint32_t added = 0;

    for (unsigned i = 0; i < scenario->steps; i++) {
        for (unsigned j = 0; j < scenario->step[i].actions; j++) {
            const struct action *action = &scenario->step[i].action[j];
            bool given = is_given(own, action);

            if (!given && !is_allowed(task, action_name(action))) {
                (void)conclude(trial->out, JUDGEMENT_WRONG,
                               "%s:%u: '%s' is not among what you may do here",
                               task->file, (unsigned)action->place.line,
                               action_name(action));
                return false;
            }
            added += given ? 0 : 1;
        }
    }
    if (added == 0 || added > task->at_most) {
        (void)conclude(trial->out,
                       added == 0 ? JUDGEMENT_OPEN : JUDGEMENT_WRONG,
                       added == 0 ? "%s: no step of yours is in it yet"
                                  : "%s: more steps than the task allows",
                       task->file);
        return false;
    }
    return true;
}

static int look_at_steps(struct trial *trial, bool *good)
{
    struct scenario *scenario = NULL;
    struct scenario *own = NULL;
    const struct lesson_run *run = &trial->task->run[0];
    const struct node *steps = trial->steps;
    int err = make_scenario(trial, run, &scenario);

    trial->steps = NULL;
    err = err ? err : make_scenario(trial, run, &own);
    trial->steps = steps;
    *good = err == 0 && check_steps(trial, scenario, own);
    scenario_free(own);
    scenario_free(scenario);
    return blame(trial->out, err, trial->diag);
}

static int judge_steps(struct trial *trial)
{
    bool good = false;
    int err = look_at_steps(trial, &good);

    return err || !good ? err : run_all(trial);
}

/* ---- fix ----------------------------------------------------------------- */

/* Of a scenario that is repaired, what has to be true counts as well. */
static int judge_repaired(struct trial *trial, const struct node *root)
{
    trial->expect = node_find(root, "expect");
    return run_all(trial);
}

/* ---- a scenario of the student's ------------------------------------------ */

static int judge_file(struct judge *judge, const struct lesson_task *task,
                      struct judgement *out, struct diag *diag)
{
    struct trial trial = {.judge = judge,
                          .task = task,
                          .fill = judge->student->fill,
                          .out = out,
                          .diag = diag};
    struct node_tree tree = {.count = 0};
    int err = student_path(judge->student, task->file, trial.steps_path,
                           sizeof trial.steps_path) != 0
                  ? diag_fail(diag, OTALAB_ERR_USAGE, "path too long")
                  : graft_read(trial.steps_path, NULL, &tree, diag);

    if (err != 0) {
        return blame(out, err, diag);
    }
    trial.steps = node_find(tree.root, "steps");
    err = trial.steps == NULL          ? conclude(out, JUDGEMENT_OPEN,
                                                  "%s: it has no 'steps'", task->file)
          : task->kind == LESSON_BREAK ? judge_steps(&trial)
                                       : judge_repaired(&trial, tree.root);
    node_free(&tree);
    return err;
}

static int judge_fixed(struct judge *judge, const struct lesson_task *task,
                       struct judgement *out, struct diag *diag)
{
    struct trial trial = {.judge = judge,
                          .task = task,
                          .fill = judge->student->fill,
                          .out = out,
                          .diag = diag};

    return task->file != NULL ? judge_file(judge, task, out, diag)
                              : run_all(&trial);
}

int judge_task(struct judge *judge, const struct lesson_task *task,
               struct judgement *out, struct diag *diag)
{
    static int (*const judges[])(struct judge *, const struct lesson_task *,
                                 struct judgement *, struct diag *) = {
        [LESSON_PREDICT] = judge_predicted,
        [LESSON_BREAK] = judge_file,
        [LESSON_FIX] = judge_fixed,
    };

    return judges[task->kind](judge, task, out, diag);
}
