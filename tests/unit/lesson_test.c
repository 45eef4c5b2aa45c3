/* SPDX-License-Identifier: MIT */
/* lesson.yaml: what is read, and what is said of mistakes. */
#include "lesson/lesson.h"

#include "lesson/graft.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEAD "lesson: mine\ntitle: t\nnumber: 2\nminutes: 5\n"
#define RUNS "    runs: [{scenario: a.yaml}]\n"
#define REST                                                        \
    "    asks: how many?\n    explains: so\n    hints: [one, two, " \
    "three]\n" RUNS
#define PREDICT "  - predict: boots\n    form: number\n" REST
#define BREAK                                                             \
    "  - break: cut\n    file: b.yaml\n    may: [power_cut, reset]\n    " \
    "at_most: 2\n" REST

static struct lesson *lesson;
static struct diag diag;

static int parse(const char *text)
{
    lesson_free(lesson);
    diag = (struct diag){.text = ""};
    return lesson_parse(text, strlen(text), "x.yaml", &lesson, &diag);
}

static void end(void)
{
    lesson_free(lesson);
    lesson = NULL;
}

static void expect_refused(const char *text, const char *wanted)
{
    cr_expect_eq(parse(text), OTALAB_ERR_USAGE);
    cr_expect_null(lesson);
    cr_expect(strstr(diag.text, wanted) != NULL, "said: %s", diag.text);
    cr_expect_eq(strncmp(diag.text, "x.yaml:", 7), 0, "said: %s", diag.text);
}

Test(lesson, all_of_it, .fini = end)
{
    cr_assert_eq(
        parse(HEAD "figures: {cuts: 2..4, slot: [slot-a, slot-b]}\n"
                   "defect: {rule: late.rule, source: firmware/ota/policy.c, "
                   "program: boot}\n"
                   "tasks:\n" PREDICT BREAK "  - fix: it\n" REST
                   "  - predict: word\n    form: [yes, no]\n" REST),
        0, "%s", diag.text);
    cr_expect_str_eq(lesson->name, "mine");
    cr_expect_eq(lesson->minutes, 5);
    cr_expect_eq(lesson->tasks, 4);
    cr_expect_eq(lesson->task[0].kind, LESSON_PREDICT);
    cr_expect_str_eq(lesson->task[0].hint[2], "three");
    cr_expect_str_eq(lesson->task[0].run[0].scenario, "a.yaml");
    cr_expect_eq(lesson->task[1].at_most, 2);
    cr_expect_str_eq(lesson->task[1].may.word[1], "reset");
    cr_expect_eq(lesson->task[3].form, FORM_WORD);
    cr_expect_eq(lesson_find(lesson, "it"), 2);
    cr_expect_eq(lesson_find(lesson, "that"), -1);
    cr_expect_str_eq(lesson_source_name(lesson), "policy.c");
}

Test(lesson, figures_are_a_students_own, .fini = end)
{
    struct fill fill;
    unsigned same = 0;

    cr_assert_eq(parse(HEAD "figures: {cuts: 2..900, slot: [a, b]}\n"
                            "tasks:\n" PREDICT),
                 0, "%s", diag.text);
    for (uint64_t seed = 1; seed <= 20; seed++) {
        char first[FILL_VALUE];

        lesson_fill(lesson, seed, &fill);
        cr_assert_eq(fill.count, 2);
        snprintf(first, sizeof first, "%s", fill_find(&fill, "cuts"));
        cr_expect(strpbrk(fill_find(&fill, "slot"), "ab") != NULL);
        lesson_fill(lesson, seed + 1, &fill);
        same += strcmp(first, fill_find(&fill, "cuts")) == 0 ? 1 : 0;
        lesson_fill(lesson, seed, &fill);
        cr_expect_str_eq(first, fill_find(&fill, "cuts"));
    }
    cr_expect_lt(same, 3);
}

/* Each mistake is said with its place and what would be right. */
Test(lesson, mistakes_of_the_whole, .fini = end)
{
    expect_refused("[]\n", "wants a mapping, not a list");
    expect_refused("lesson: mine\n", "a lesson needs 'title'");
    expect_refused(
        HEAD "tsks: []\n",
        "5:1: unknown key 'tsks' in a lesson; did you mean 'tasks'?");
    expect_refused(HEAD "tasks: []\n", "a lesson has at least one task");
    expect_refused("lesson: My Lesson\n", "1:9: 'My Lesson' is no name");
    expect_refused("number: 0\n", "a number from 1 to 1000");
    expect_refused("number: [1]\n", "'number' wants a value, not a list");
    expect_refused("title: \"\"\n", "'title' says nothing");
    expect_refused("figures: {a: 3}\n", "a range such as 3..9");
    expect_refused("figures: {a: 5..3}\n", "a range such as 3..9");
    expect_refused("figures: {a: 5..}\n", "a range such as 3..9");
    expect_refused("figures: {answer: 1..2}\n", "no name of a figure");
    expect_refused("figures: {a-b: 1..2}\n", "no name of a figure");
    expect_refused("defect: {rule: ../x, source: a, program: boot}\n",
                   "is neither in the lesson's folder nor in its judge/");
    expect_refused("defect: {source: sim/cli/main.c}\n", "no device source");
    expect_refused("defect: {source: firmware/../x.c}\n", "no device source");
    expect_refused("defect: {program: root}\n", "'program' wants boot or");
}

Test(lesson, mistakes_of_a_task, .fini = end)
{
    expect_refused(HEAD "tasks: [{form: number}]\n", "a task begins with");
    expect_refused(HEAD "tasks: [number]\n", "a mapping, not 'number'");
    expect_refused(HEAD "tasks: [{predict: a}]\n",
                   "a task to predict needs 'form'");
    expect_refused(HEAD "tasks:\n" PREDICT PREDICT, "a second task 'boots'");
    expect_refused(HEAD "tasks:\n  - fix: it\n" REST, "nothing to fix");
    expect_refused(HEAD "tasks: [{predict: a, form: float}]\n",
                   "'form' wants number or version, not 'float'");
    expect_refused(HEAD "tasks: [{predict: a, hints: [one, two]}]\n",
                   "a task has 3 hints, not 2");
    expect_refused(HEAD "tasks: [{break: a, may: [power_off]}]\n",
                   "'power_off' is no action of a step");
    expect_refused(HEAD "tasks: [{predict: a, file: b.yaml}]\n",
                   "unknown key 'file' in a task to predict");
    expect_refused(HEAD "tasks: [{break: a, file: judge/b.yaml}]\n",
                   "the student does not get 'judge/b.yaml'");
    expect_refused(HEAD "tasks: [{fix: a, runs: [{scenario: judge/../b}]}]\n",
                   "neither in the lesson's folder");
    expect_refused(HEAD "tasks: [{fix: a, runs: [{verdict: passed}]}]\n",
                   "'verdict' wants pass or fail, not 'passed'");
    expect_refused(HEAD "tasks: [{predict: a, runs: []}]\n",
                   "at least one run");
    expect_refused(HEAD "tasks: [{predict: a, runs: [{expect: []}]}]\n",
                   "a run needs 'scenario'");
    expect_refused(
        HEAD "tasks: [{predict: a, runs: [{scenario: a, firmware: own}]}]\n",
        "this lesson plants no defect");
}

/* ---- the lessons that there are ------------------------------------------ */

static int is_scenario(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');

    return dot != NULL && strcmp(dot, ".yaml") == 0 &&
           strcmp(entry->d_name, "lesson.yaml") != 0;
}

static void check_scenario(const char *path, const struct fill *fill)
{
    const struct graft graft = {.path = path, .fill = fill};
    struct scenario *scenario = NULL;

    diag = (struct diag){.text = ""};
    cr_expect_eq(graft_scenario(&graft, &scenario, &diag), 0, "%s", diag.text);
    scenario_free(scenario);
}

/* Whoever the student is, the files can be filled in and are scenarios. */
static int check_lesson(const char *folder)
{
    struct dirent **entries = NULL;
    struct fill fill;
    char path[1024];

    diag = (struct diag){.text = ""};
    cr_assert_eq(lesson_read(folder, &lesson, &diag), 0, "%s", diag.text);
    int count = scandir(folder, &entries, is_scenario, alphasort);
    for (int i = 0; i < count; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        for (uint64_t seed = 0; seed < 20; seed++) {
            lesson_fill(lesson, seed, &fill);
            check_scenario(path, &fill);
        }
        free(entries[i]);
    }
    free(entries);
    end();
    return count;
}

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

Test(lesson, ours_are_right_for_every_student)
{
    struct dirent **entries = NULL;
    int count = scandir("scenarios/lessons", &entries, is_visible, alphasort);
    char folder[512];

    cr_assert_geq(count, 5);
    for (int i = 0; i < count; i++) {
        snprintf(folder, sizeof folder, "scenarios/lessons/%s",
                 entries[i]->d_name);
        cr_expect_gt(check_lesson(folder), 0, "%s: no scenario", folder);
        free(entries[i]);
    }
    free(entries);
}
