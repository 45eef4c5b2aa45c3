/* SPDX-License-Identifier: MIT */
#include "cli/desk.h"

#include <stdio.h>
#include <string.h>

int desk_open(struct desk *desk, struct diag *diag)
{
    *desk = (struct desk){.lesson = NULL};
    int err = paths_locate(NULL, &desk->where, diag);

    err = err ? err : shelf_read(&desk->shelf, &desk->where, diag);
    if (err == 0 && desk->shelf.count == 0) {
        err = diag_fail(diag, OTALAB_ERR_EMPTY, "%s/lessons: no lesson there",
                        desk->where.scenarios_else);
    }
    return err;
}

void desk_close(struct desk *desk)
{
    shelf_free(&desk->shelf);
}

static int open_folder(struct desk *desk, const char *folder, struct diag *diag)
{
    char name[LESSON_NAME];
    int err = student_lesson(folder, name, diag);

    err = err ? err : shelf_find(&desk->shelf, name, &desk->lesson, diag);
    return err ? err : student_read(&desk->student, folder, desk->lesson, diag);
}

/* Where a lesson may have been started: here, or beside this one. */
static const char *const places[] = {DESK_FOLDER, ".."};

static bool find_started(const char *name, char *folder, size_t size)
{
    for (unsigned i = 0; i < sizeof places / sizeof places[0]; i++) {
        int n = snprintf(folder, size, "%s/%s", places[i], name);

        if (n > 0 && (size_t)n < size && student_is(folder) &&
            (i == 0 || student_is("."))) {
            return true;
        }
    }
    return false;
}

int desk_find(struct desk *desk, const char *argument, struct diag *diag)
{
    char folder[LESSON_PATH];
    const char *meant = argument != NULL ? argument : ".";

    if (student_is(meant)) {
        return open_folder(desk, meant, diag);
    }
    if (argument == NULL) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "no lesson was started in this folder; go to the "
                         "lesson's folder, or name it or the lesson");
    }
    if (find_started(argument, folder, sizeof folder)) {
        return open_folder(desk, folder, diag);
    }
    int err = shelf_find(&desk->shelf, argument, &desk->lesson, diag);

    return err ? err
               : diag_fail(diag, OTALAB_ERR_USAGE,
                           "'%s' is not started here; begin with 'otalab "
                           "lesson start %s'",
                           argument, argument);
}

bool desk_progress(const struct lesson *lesson, struct student *student)
{
    char folder[LESSON_PATH];
    struct diag ignored = {""};

    return find_started(lesson->name, folder, sizeof folder) &&
           student_read(student, folder, lesson, &ignored) == 0;
}
