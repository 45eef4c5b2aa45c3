/* SPDX-License-Identifier: MIT */
#include "lesson/shelf.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/suggest.h"

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static const struct lesson *find(const struct shelf *shelf, const char *name)
{
    for (unsigned i = 0; i < shelf->count; i++) {
        if (strcmp(shelf->lesson[i]->name, name) == 0) {
            return shelf->lesson[i];
        }
    }
    return NULL;
}

/* A folder without lesson.yaml is no lesson, a name that was there before is
 * the user's own. */
static int add(struct shelf *shelf, const char *folder, const char *name,
               struct diag *diag)
{
    char lesson[LESSON_PATH], file[LESSON_PATH + 16u];
    int n = snprintf(lesson, sizeof lesson, "%s/%s", folder, name);

    snprintf(file, sizeof file, "%s/" LESSON_FILE, lesson);
    if (n < 0 || (size_t)n >= sizeof lesson || access(file, R_OK) != 0 ||
        find(shelf, name) != NULL) {
        return 0;
    }
    if (shelf->count == SHELF_LESSONS) {
        return diag_fail(diag, OTALAB_ERR_USAGE, "%s: more than %u lessons",
                         folder, SHELF_LESSONS);
    }
    int err = lesson_read(lesson, &shelf->lesson[shelf->count], diag);

    shelf->count += err == 0 ? 1 : 0;
    return err;
}

static int add_all(struct shelf *shelf, const char *scenarios,
                   struct diag *diag)
{
    char folder[LESSON_PATH];
    struct dirent **entries = NULL;
    int err = 0;

    snprintf(folder, sizeof folder, "%s/lessons", scenarios);
    int count = scandir(folder, &entries, is_visible, alphasort);

    for (int i = 0; i < count; i++) {
        err = err ? err : add(shelf, folder, entries[i]->d_name, diag);
        free(entries[i]);
    }
    free(entries);
    return err;
}

static int by_number(const void *a, const void *b)
{
    const struct lesson *left = *(const struct lesson *const *)a;
    const struct lesson *right = *(const struct lesson *const *)b;

    return left->number != right->number
               ? (left->number < right->number ? -1 : 1)
               : strcmp(left->name, right->name);
}

int shelf_read(struct shelf *shelf, const struct locations *where,
               struct diag *diag)
{
    *shelf = (struct shelf){.count = 0};
    int err = add_all(shelf, where->scenarios, diag);

    err = err ? err : add_all(shelf, where->scenarios_else, diag);
    qsort(shelf->lesson, shelf->count, sizeof shelf->lesson[0], by_number);
    return err;
}

void shelf_free(struct shelf *shelf)
{
    for (unsigned i = 0; i < shelf->count; i++) {
        lesson_free(shelf->lesson[i]);
    }
    shelf->count = 0;
}

int shelf_find(const struct shelf *shelf, const char *name,
               const struct lesson **out, struct diag *diag)
{
    struct suggest suggest;

    *out = find(shelf, name);
    if (*out != NULL) {
        return 0;
    }
    suggest_start(&suggest, name);
    for (unsigned i = 0; i < shelf->count; i++) {
        suggest_offer(&suggest, shelf->lesson[i]->name);
    }
    const char *best = suggest_best(&suggest);

    return diag_fail(diag, OTALAB_ERR_USAGE, "no lesson '%.60s'; %s%s%s", name,
                     best != NULL ? "did you mean '" : "",
                     best != NULL ? best : "'otalab lesson list' shows them",
                     best != NULL ? "'?" : "");
}
