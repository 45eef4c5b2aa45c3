/* SPDX-License-Identifier: MIT */
#include "lesson/handout.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"

#define FILE_MAX (1024u * 1024u)

/* Takes over `text`. */
static int add(struct handout *handout, const char *name, char *text,
               struct diag *diag)
{
    struct handout_file *file = &handout->file[handout->count];

    if (handout->count == HANDOUT_FILES || strlen(name) >= sizeof file->name) {
        free(text);
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "%.60s: too many files, or too long a name", name);
    }
    snprintf(file->name, sizeof file->name, "%s", name);
    file->text = text;
    handout->count++;
    return 0;
}

static int add_filled(struct handout *handout, const struct build *build,
                      const char *name, struct diag *diag)
{
    char path[LESSON_PATH];
    uint8_t *text = NULL;
    size_t size = 0;
    int err = lesson_path(build->lesson, name, path, sizeof path) != 0
                  ? diag_fail(diag, OTALAB_ERR_USAGE, "path too long")
                  : file_read(path, FILE_MAX, &text, &size, diag);
    char *filled = err == 0 ? fill_text(&build->student->fill,
                                        (const char *)text, path, diag)
                            : NULL;

    free(text);
    return filled == NULL ? (err != 0 ? err : OTALAB_ERR_USAGE)
                          : add(handout, name, filled, diag);
}

/* The page and every scenario; what is said to Otalab alone is not for the
 * student. */
static int is_given(const struct dirent *entry)
{
    const char *name = entry->d_name;
    size_t length = strlen(name);

    return strcmp(name, LESSON_FILE) != 0 && name[0] != '.' &&
           (strcmp(name, LESSON_PAGE) == 0 ||
            (length > 5 && strcmp(name + length - 5, ".yaml") == 0));
}

static int add_files(struct handout *handout, const struct build *build,
                     struct diag *diag)
{
    struct dirent **entries = NULL;
    int count = scandir(build->lesson->folder, &entries, is_given, alphasort);
    int err = count < 0 ? diag_fail(diag, OTALAB_ERR_USAGE,
                                    "%s: cannot be read", build->lesson->folder)
                        : 0;

    for (int i = 0; i < count; i++) {
        err = err ? err : add_filled(handout, build, entries[i]->d_name, diag);
        free(entries[i]);
    }
    free(entries);
    return err;
}

/* ---- answers.yaml -------------------------------------------------------- */

static void print_form(const struct lesson_task *task, FILE *out)
{
    fprintf(out, "# (%s", lesson_form_says(task->form));
    for (unsigned i = 0; i < task->words.count; i++) {
        fprintf(out, "%s%s", i > 0 ? ", " : ": ", task->words.word[i]);
    }
    fprintf(out, ")\n%s:\n", task->name);
}

/* The question as comment lines of at most 76 characters. */
static void print_question(const char *text, FILE *out)
{
    size_t column = 0;

    for (const char *at = text + strspn(text, " \n"); *at != '\0';
         at += strspn(at, " \n")) {
        size_t word = strcspn(at, " \n");

        if (column > 0 && column + 1 + word > 76) {
            column = 0;
            (void)fputc('\n', out);
        }
        fprintf(out, "%s%.*s", column == 0 ? "# " : " ", (int)word, at);
        column += (column == 0 ? 2 : 1) + word;
        at += word;
    }
    (void)fputc('\n', out);
}

static int print_answers(const struct build *build, FILE *out,
                         struct diag *diag)
{
    fprintf(out, "# Your answers: write each after its name.\n");
    for (unsigned i = 0; i < build->lesson->tasks; i++) {
        const struct lesson_task *task = &build->lesson->task[i];

        if (task->kind != LESSON_PREDICT) {
            continue;
        }
        char *asks = fill_text(&build->student->fill, task->asks,
                               build->lesson->name, diag);

        if (asks == NULL) {
            return OTALAB_ERR_USAGE;
        }
        (void)fputc('\n', out);
        print_question(asks, out);
        print_form(task, out);
        free(asks);
    }
    return 0;
}

static int add_answers(struct handout *handout, const struct build *build,
                       struct diag *diag)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    if (out == NULL) {
        return diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory");
    }
    int err = print_answers(build, out, diag);

    if (fclose(out) != 0) {
        err = diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory");
    }
    if (err != 0) {
        free(text);
        return err;
    }
    return add(handout, LESSON_ANSWERS, text, diag);
}

static int add_source(struct handout *handout, const struct build *build,
                      struct diag *diag)
{
    char *text = NULL;
    size_t size = 0;
    int err = build_source(build, true, &text, &size, diag);

    return err ? err
               : add(handout, lesson_source_name(build->lesson), text, diag);
}

static bool asks_anything(const struct lesson *lesson)
{
    bool asks = false;

    for (unsigned i = 0; i < lesson->tasks; i++) {
        asks = asks || lesson->task[i].kind == LESSON_PREDICT;
    }
    return asks;
}

int handout_make(struct handout *handout, const struct build *build,
                 struct diag *diag)
{
    *handout = (struct handout){.count = 0};
    int err = add_files(handout, build, diag);

    if (err == 0 && asks_anything(build->lesson)) {
        err = add_answers(handout, build, diag);
    }
    if (err == 0 && build->lesson->defect.rule != NULL) {
        err = add_source(handout, build, diag);
    }
    return err;
}

void handout_free(struct handout *handout)
{
    for (unsigned i = 0; i < handout->count; i++) {
        free(handout->file[i].text);
    }
    handout->count = 0;
}

/* A file that cannot be read is not one of ours. */
enum handout_state handout_compare(const struct handout_file *file,
                                   const struct student *student)
{
    char path[LESSON_PATH];
    uint8_t *text = NULL;
    size_t size = 0;

    if (student_path(student, file->name, path, sizeof path) == 0 &&
        access(path, F_OK) != 0) {
        return HANDOUT_MISSING;
    }
    bool same = file_read(path, FILE_MAX, &text, &size, NULL) == 0 &&
                size == strlen(file->text) &&
                memcmp(text, file->text, size) == 0;

    free(text);
    return same ? HANDOUT_SAME : HANDOUT_CHANGED;
}

int handout_write(const struct handout_file *file,
                  const struct student *student, struct diag *diag)
{
    char path[LESSON_PATH];

    return student_path(student, file->name, path, sizeof path) != 0
               ? diag_fail(diag, OTALAB_ERR_USAGE, "path too long")
               : file_write(path, file->text, strlen(file->text), diag);
}

const char *handout_text(const struct handout *handout, const char *name)
{
    for (unsigned i = 0; i < handout->count; i++) {
        if (strcmp(handout->file[i].name, name) == 0) {
            return handout->file[i].text;
        }
    }
    return NULL;
}
