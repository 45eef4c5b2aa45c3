/* SPDX-License-Identifier: MIT */
#include "cli/lesson_say.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "cli/desk.h"

static unsigned solved_of(const struct lesson *lesson,
                          const struct student *student)
{
    unsigned solved = 0;

    for (unsigned i = 0; student != NULL && i < lesson->tasks; i++) {
        solved += student->solved[i] ? 1 : 0;
    }
    return solved;
}

#define WIDTH 79u

/* Print a text in lines of at most WIDTH characters, all from this column on. */
static void print_wrapped(const char *text, unsigned column)
{
    size_t at = 0;

    for (text += strspn(text, " \n"); *text != '\0';
         text += strspn(text, " \n")) {
        size_t word = strcspn(text, " \n");

        if (at > 0 && at + 1 + word > WIDTH) {
            (void)putchar('\n');
            at = 0;
        }
        printf("%*s%.*s", at == 0 ? (int)column : 1, "", (int)word, text);
        at += (at == 0 ? column : 1) + word;
        text += word;
    }
    (void)putchar('\n');
}

/* ---- list ---------------------------------------------------------------- */

static void list_json(const struct lesson *lesson,
                      const struct student *student)
{
    struct json json = json_stream(stdout);

    json_open(&json, NULL, '{');
    json_number(&json, "v", 1);
    json_text(&json, "type", "lesson");
    json_text(&json, "lesson", lesson->name);
    json_text(&json, "title", lesson->title);
    json_number(&json, "minutes", lesson->minutes);
    json_bool(&json, "started", student != NULL);
    json_number(&json, "solved", solved_of(lesson, student));
    json_number(&json, "tasks", lesson->tasks);
    json_close(&json, '}');
    json_end(&json);
}

void lesson_say_listed(const struct lesson *lesson,
                       const struct student *student, bool json)
{
    char state[32] = "";
    unsigned solved = solved_of(lesson, student);

    if (json) {
        list_json(lesson, student);
        return;
    }
    if (student != NULL) {
        snprintf(state, sizeof state,
                 solved == lesson->tasks ? "  solved" : "  %u of %u solved",
                 solved, lesson->tasks);
    }
    printf("%-36s %2u min  %s%s\n", lesson->name, (unsigned)lesson->minutes,
           lesson->title, state);
}

/* ---- start --------------------------------------------------------------- */

void lesson_say_started(const struct lesson *lesson,
                        const struct student *student,
                        const struct handout *handout)
{
    const char *page = handout_text(handout, LESSON_PAGE);

    printf("%s\n---\nYour folder is %s:", page != NULL ? page : "",
           student->folder);
    for (unsigned i = 0; i < handout->count; i++) {
        printf("%s %s", i > 0 ? "," : "", handout->file[i].name);
    }
    printf("\nGo there (cd %s) and do what the page says, then:\n"
           "  otalab lesson check    judge what you have done\n"
           "  otalab lesson hint     get a hint, up to %u for each task\n",
           student->folder, LESSON_HINTS);
    (void)lesson;
}

/* ---- check --------------------------------------------------------------- */

static const char *const state_words[] = {[JUDGEMENT_OPEN] = "open",
                                          [JUDGEMENT_WRONG] = "wrong",
                                          [JUDGEMENT_SOLVED] = "solved"};

/* A text of the lesson with the student's figures; malloc'ed, or NULL. */
static char *told(const struct student *student, const char *text)
{
    struct diag ignored = {""};

    return fill_text(&student->fill, text, "", &ignored);
}

/* What follows a task's line: why the answer is right, or what is asked; the
 * questions to predict are in answers.yaml. */
static void print_more(const struct student *student,
                       const struct lesson_task *task, bool solved)
{
    char *more = solved                         ? told(student, task->explains)
                 : task->kind != LESSON_PREDICT ? told(student, task->asks)
                                                : NULL;

    if (more != NULL) {
        print_wrapped(more, 7);
    }
    free(more);
}

static void judged_json(const struct lesson *lesson,
                        const struct lesson_task *task,
                        const struct judgement *judgement, const char *explains)
{
    struct json json = json_stream(stdout);

    json_open(&json, NULL, '{');
    json_number(&json, "v", 1);
    json_text(&json, "type", "task");
    json_text(&json, "lesson", lesson->name);
    json_text(&json, "task", task->name);
    json_text(&json, "kind", lesson_kind_name(task->kind));
    json_text(&json, "state", state_words[judgement->state]);
    json_text(&json, "says",
              judgement->state == JUDGEMENT_SOLVED && explains != NULL
                  ? explains
                  : judgement->says.text);
    json_close(&json, '}');
    json_end(&json);
}

void lesson_say_judged(const struct lesson *lesson,
                       const struct student *student, unsigned task,
                       const struct judgement *judgement, bool json)
{
    const struct lesson_task *asked = &lesson->task[task];
    const char *says = judgement->says.text;

    if (json) {
        char *explains = told(student, asked->explains);

        judged_json(lesson, asked, judgement, explains);
        free(explains);
        return;
    }
    printf("%-6s %s%s%s\n", state_words[judgement->state], asked->name,
           says[0] != '\0' ? ": " : "", says);
    print_more(student, asked, judgement->state == JUDGEMENT_SOLVED);
}

static void total_json(const struct lesson *lesson,
                       const struct student *student)
{
    struct json json = json_stream(stdout);

    json_open(&json, NULL, '{');
    json_number(&json, "v", 1);
    json_text(&json, "type", "result");
    json_text(&json, "lesson", lesson->name);
    json_number(&json, "seed", student->seed);
    json_number(&json, "solved", solved_of(lesson, student));
    json_number(&json, "tasks", lesson->tasks);
    json_close(&json, '}');
    json_end(&json);
}

void lesson_say_total(const struct lesson *lesson,
                      const struct student *student, bool json)
{
    unsigned solved = solved_of(lesson, student);

    if (json) {
        total_json(lesson, student);
        return;
    }
    printf("%u of %u solved%s\n", solved, lesson->tasks,
           solved == lesson->tasks ? "; 'otalab lesson next' says how to go on"
                                   : "; 'otalab lesson hint' gives a hint");
}

/* ---- hint, next ---------------------------------------------------------- */

int lesson_say_hint(const struct lesson *lesson, const struct student *student,
                    unsigned task, struct diag *diag)
{
    const struct lesson_task *asked = &lesson->task[task];
    unsigned given = student->hints[task];
    unsigned first = given == LESSON_HINTS ? 1 : given;

    for (unsigned i = first; i <= given; i++) {
        char *hint = told(student, asked->hint[i - 1]);

        if (hint == NULL) {
            return diag_fail(diag, OTALAB_ERR_USAGE,
                             "hint %u of '%s' names an unknown figure", i,
                             asked->name);
        }
        printf("%s, hint %u of %u\n", asked->name, i, LESSON_HINTS);
        print_wrapped(hint, 4);
        free(hint);
    }
    return 0;
}

void lesson_say_next(const struct shelf *shelf)
{
    for (unsigned i = 0; i < shelf->count; i++) {
        const struct lesson *lesson = shelf->lesson[i];
        struct student student;
        bool started = desk_progress(lesson, &student);

        if (started && student_is_done(&student, lesson)) {
            continue;
        }
        printf("%s: %s (%u minutes)\n", lesson->name, lesson->title,
               (unsigned)lesson->minutes);
        printf(started ? "  it is started: cd %s\n"
                       : "  otalab lesson start %s\n",
               started ? student.folder : lesson->name);
        return;
    }
    printf("Every lesson is solved.\n");
}
