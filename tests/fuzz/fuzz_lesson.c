/* SPDX-License-Identifier: MIT */
/*
 * lesson.yaml of arbitrary text: refused with one line, or read; what was read
 * keeps its bounds, and its texts can be filled in for any student.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lesson/lesson.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void check_fill(const struct fill *fill, const char *text)
{
    struct diag diag = {""};
    char *filled = fill_text(fill, text, "x", &diag);

    require((filled == NULL) == (diag.text[0] != '\0'));
    free(filled);
}

static void check_task(const struct lesson_task *task, const struct fill *fill)
{
    require(task->runs > 0 && task->runs <= LESSON_RUNS);
    require(task->kind <= LESSON_FIX && task->form <= FORM_WORD);
    require((task->form == FORM_WORD) == (task->words.count > 0));
    for (unsigned i = 0; i < task->runs; i++) {
        require(task->run[i].scenario != NULL);
        require(strchr("./", task->run[i].scenario[0]) == NULL);
        require(task->run[i].verdict <= VERDICT_FAIL);
    }
    for (unsigned i = 0; i < LESSON_HINTS; i++) {
        check_fill(fill, task->hint[i]);
    }
    check_fill(fill, task->asks);
    check_fill(fill, task->explains);
}

static void check_lesson(const struct lesson *lesson)
{
    struct fill fill;

    lesson_fill(lesson, 7, &fill);
    require(fill.count == lesson->figures);
    require(lesson->tasks > 0 && lesson->tasks <= LESSON_TASKS);
    for (unsigned i = 0; i < lesson->tasks; i++) {
        require(lesson_find(lesson, lesson->task[i].name) == (int)i);
        check_task(&lesson->task[i], &fill);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct lesson *lesson = NULL;
    struct diag diag = {""};
    int err = lesson_parse((const char *)data, size, "x", &lesson, &diag);

    require((err == 0) == (lesson != NULL));
    require((err == 0) == (diag.text[0] == '\0'));
    if (err == 0) {
        check_lesson(lesson);
    }
    lesson_free(lesson);
    return 0;
}
