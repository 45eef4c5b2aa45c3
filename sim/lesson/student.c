/* SPDX-License-Identifier: MIT */
#include "lesson/student.h"

#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/quantity.h"
#include "base/rng.h"
#include "lesson/graft.h"

uint64_t student_usual_seed(void)
{
    const struct passwd *user = getpwuid(getuid());
    struct rng rng;

    rng_init(&rng, getuid(), user != NULL ? user->pw_name : "");
    return rng_below(&rng, 1000000);
}

int student_path(const struct student *student, const char *file, char *out,
                 size_t size)
{
    int n = snprintf(out, size, "%s/%s", student->folder, file);

    return n > 0 && (size_t)n < size ? 0 : -1;
}

/* ---- .lesson ------------------------------------------------------------- */

static int read_state(const char *folder, struct node_tree *tree,
                      struct diag *diag)
{
    char path[LESSON_PATH];
    int n = snprintf(path, sizeof path, "%s/" STUDENT_STATE, folder);

    *tree = (struct node_tree){.count = 0};
    return n < 0 || (size_t)n >= sizeof path
               ? diag_fail(diag, OTALAB_ERR_USAGE, "%.200s: path too long",
                           folder)
               : graft_read(path, NULL, tree, diag);
}

bool student_is(const char *folder)
{
    char path[LESSON_PATH];
    int n = snprintf(path, sizeof path, "%s/" STUDENT_STATE, folder);

    return n > 0 && (size_t)n < sizeof path && access(path, R_OK) == 0;
}

/* The text of a key; "" if there is none. */
static const char *text_of(const struct node *map, const char *key)
{
    const struct node *node = map != NULL ? node_find(map, key) : NULL;

    return node != NULL && node->kind == NODE_SCALAR ? node->text : "";
}

static int spoilt(const char *folder, struct diag *diag)
{
    return diag_fail(diag, OTALAB_ERR_USAGE,
                     "%s/" STUDENT_STATE ": not as Otalab wrote it; remove the "
                     "file and start the lesson again",
                     folder);
}

int student_lesson(const char *folder, char name[LESSON_NAME],
                   struct diag *diag)
{
    struct node_tree tree;
    int err = read_state(folder, &tree, diag);

    if (err == 0) {
        const char *text = text_of(tree.root, "lesson");

        err = text[0] == '\0' || strlen(text) >= LESSON_NAME
                  ? spoilt(folder, diag)
                  : 0;
        snprintf(name, LESSON_NAME, "%s", text);
    }
    node_free(&tree);
    return err;
}

static void read_tasks(struct student *student, const struct lesson *lesson,
                       const struct node *root)
{
    for (unsigned i = 0; i < lesson->tasks; i++) {
        const char *task = lesson->task[i].name;
        uint64_t hints = 0;

        (void)quantity_number(text_of(node_find(root, "hints"), task), &hints);
        student->hints[i] =
            hints < LESSON_HINTS ? (unsigned)hints : LESSON_HINTS;
        student->solved[i] =
            strcmp(text_of(node_find(root, "solved"), task), "yes") == 0;
    }
}

int student_read(struct student *student, const char *folder,
                 const struct lesson *lesson, struct diag *diag)
{
    struct node_tree tree;
    int err = read_state(folder, &tree, diag);

    *student = (struct student){.seed = 0};
    if (err != 0) {
        return err;
    }
    snprintf(student->folder, sizeof student->folder, "%s", folder);
    snprintf(student->lesson, sizeof student->lesson, "%s", lesson->name);
    if (quantity_number(text_of(tree.root, "seed"), &student->seed) !=
        QUANTITY_OK) {
        err = spoilt(folder, diag);
    } else {
        read_tasks(student, lesson, tree.root);
        lesson_fill(lesson, student->seed, &student->fill);
    }
    node_free(&tree);
    return err;
}

static void print_state(const struct student *student,
                        const struct lesson *lesson, FILE *out)
{
    fprintf(out,
            "# Otalab keeps here how far you are.\nlesson: %s\n"
            "seed: %" PRIu64 "\nhints:\n",
            lesson->name, student->seed);
    for (unsigned i = 0; i < lesson->tasks; i++) {
        fprintf(out, "  %s: %u\n", lesson->task[i].name, student->hints[i]);
    }
    fprintf(out, "solved:\n");
    for (unsigned i = 0; i < lesson->tasks; i++) {
        fprintf(out, "  %s: %s\n", lesson->task[i].name,
                student->solved[i] ? "yes" : "no");
    }
}

int student_write(const struct student *student, const struct lesson *lesson,
                  struct diag *diag)
{
    char path[LESSON_PATH];
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    if (out == NULL ||
        student_path(student, STUDENT_STATE, path, sizeof path)) {
        return diag_fail(diag, OTALAB_ERR_SIMULATOR, "cannot keep the state");
    }
    print_state(student, lesson, out);
    int err = fclose(out) != 0
                  ? diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory")
                  : file_write(path, text, size, diag);

    free(text);
    return err;
}

bool student_is_done(const struct student *student, const struct lesson *lesson)
{
    for (unsigned i = 0; i < lesson->tasks; i++) {
        if (!student->solved[i]) {
            return false;
        }
    }
    return true;
}

/* ---- answers.yaml -------------------------------------------------------- */

static int take_answer(const char *path, const struct node *node,
                       char answer[FILL_VALUE], struct diag *diag)
{
    if (node->kind != NODE_SCALAR || strlen(node->text) >= FILL_VALUE) {
        return node_fail(diag, path, node->place,
                         "one short answer is expected after '%.60s:'",
                         node->key);
    }
    snprintf(answer, FILL_VALUE, "%s", node->text);
    return 0;
}

int student_answer(const struct student *student, const char *task,
                   char answer[FILL_VALUE], struct place *place,
                   struct diag *diag)
{
    char path[LESSON_PATH];
    struct node_tree tree = {.count = 0};
    int err = student_path(student, LESSON_ANSWERS, path, sizeof path) != 0
                  ? diag_fail(diag, OTALAB_ERR_USAGE, "path too long")
                  : graft_read(path, NULL, &tree, diag);
    const struct node *node = err == 0 ? node_find(tree.root, task) : NULL;

    answer[0] = '\0';
    *place = (struct place){.line = 0};
    if (node != NULL) {
        *place = node->place;
        err = take_answer(path, node, answer, diag);
    } else if (err == 0) {
        err = diag_fail(diag, OTALAB_ERR_USAGE,
                        "%s: no line '%s:'; add it, with your answer after it",
                        path, task);
    }
    node_free(&tree);
    return err;
}
