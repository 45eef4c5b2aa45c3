/* SPDX-License-Identifier: MIT */
/* lesson.yaml: tables of keys, one for each mapping, and what reads them. */
#include "lesson/lesson.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/quantity.h"
#include "base/suggest.h"
#include "scenario/schema.h"
#include "scenario/values.h"

struct reader {
    const char *path;
    struct lesson *lesson;
    struct diag *diag;
};

/* Reads one value into `target`, the field of the mapping's struct. */
typedef int read_value(struct reader *reader, const struct node *node,
                       void *target);

struct row {
    const char *key; /* NULL ends the table */
    read_value *read;
    size_t offset; /* of the field */
    bool required;
};

struct table {
    const char *name; /* "a task" */
    const struct row *rows;
};

#define FAIL(reader, node, ...) \
    node_fail((reader)->diag, (reader)->path, (node)->place, __VA_ARGS__)

/* ---- mappings ------------------------------------------------------------ */

static int want(struct reader *reader, const struct node *node,
                enum node_kind kind)
{
    static const char *const forms[] = {[NODE_SCALAR] = "a value",
                                        [NODE_LIST] = "a list: [a, b]",
                                        [NODE_MAP] = "a mapping"};
    char seen[64];

    if (node->kind == kind) {
        return 0;
    }
    node_describe(node, seen, sizeof seen);
    return FAIL(reader, node, "'%s' wants %s, not %s",
                node->key != NULL ? node->key : "item", forms[kind], seen);
}

static int unknown_key(struct reader *reader, const struct table *table,
                       const struct node *node)
{
    struct suggest suggest;

    suggest_start(&suggest, node->key);
    for (const struct row *row = table->rows; row->key != NULL; row++) {
        suggest_offer(&suggest, row->key);
    }
    const char *best = suggest_best(&suggest);

    return node_fail(reader->diag, reader->path, node->key_place,
                     "unknown key '%.40s' in %s%s%s%s", node->key, table->name,
                     best != NULL ? "; did you mean '" : "",
                     best != NULL ? best : "", best != NULL ? "'?" : "");
}

static const struct row *find_row(const struct table *table, const char *key)
{
    for (const struct row *row = table->rows; row->key != NULL; row++) {
        if (strcmp(row->key, key) == 0) {
            return row;
        }
    }
    return NULL;
}

static int read_keys(struct reader *reader, const struct table *table,
                     const struct node *node, void *target)
{
    int err = want(reader, node, NODE_MAP);

    for (const struct node *child = err == 0 ? node->first : NULL;
         child != NULL && err == 0; child = child->next) {
        const struct row *row = find_row(table, child->key);

        err = row == NULL
                  ? unknown_key(reader, table, child)
                  : row->read(reader, child, (char *)target + row->offset);
    }
    for (const struct row *row = table->rows; row->key != NULL && err == 0;
         row++) {
        if (row->required && node_find(node, row->key) == NULL) {
            err = FAIL(reader, node, "%s needs '%s'", table->name, row->key);
        }
    }
    return err;
}

/* ---- values -------------------------------------------------------------- */

static int read_text(struct reader *reader, const struct node *node,
                     void *target)
{
    int err = want(reader, node, NODE_SCALAR);

    if (err == 0 && node->text[0] == '\0') {
        err = FAIL(reader, node, "'%s' says nothing; write a text",
                   node->key != NULL ? node->key : "item");
    }
    if (err == 0) {
        *(const char **)target = node->text;
    }
    return err;
}

/* Names become file names and keys of answers.yaml. */
static bool is_name(const char *text)
{
    return strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") ==
               strlen(text) &&
           text[0] >= 'a' && strlen(text) < LESSON_NAME;
}

static int read_name(struct reader *reader, const struct node *node,
                     void *target)
{
    int err = read_text(reader, node, target);

    return err == 0 && !is_name(node->text)
               ? FAIL(reader, node,
                      "'%.60s' is no name; use lower-case letters, digits and "
                      "'-', at most %u of them",
                      node->text, LESSON_NAME - 1u)
               : err;
}

/* A file of the lesson's folder, or of its folder `judge`, which the student
 * does not get. */
static bool is_inside(const char *text)
{
    const char *name = strncmp(text, "judge/", 6) == 0 ? text + 6 : text;

    return name[0] != '\0' && name[0] != '.' && strchr(name, '/') == NULL;
}

static int read_file(struct reader *reader, const struct node *node,
                     void *target)
{
    char path[LESSON_PATH];
    int err = read_text(reader, node, target);

    if (err == 0 && !is_inside(node->text)) {
        err =
            FAIL(reader, node,
                 "'%.60s' is neither in the lesson's folder nor in its judge/",
                 node->text);
    }
    if (err == 0 && reader->lesson->folder[0] != '\0' &&
        (lesson_path(reader->lesson, node->text, path, sizeof path) != 0 ||
         access(path, R_OK) != 0)) {
        err = FAIL(reader, node, "'%.60s': no such file in the lesson's folder",
                   node->text);
    }
    return err;
}

/* A file that the student gets. */
static int read_given(struct reader *reader, const struct node *node,
                      void *target)
{
    int err = read_file(reader, node, target);

    return err == 0 && strchr(node->text, '/') != NULL
               ? FAIL(reader, node, "the student does not get '%.60s'",
                      node->text)
               : err;
}

static int read_number(struct reader *reader, const struct node *node,
                       void *target)
{
    uint64_t number = 0;
    int err = want(reader, node, NODE_SCALAR);

    if (err == 0 && (quantity_number(node->text, &number) != QUANTITY_OK ||
                     number < 1 || number > 1000)) {
        err =
            FAIL(reader, node, "'%s' wants a number from 1 to 1000", node->key);
    }
    if (err == 0) {
        *(uint32_t *)target = (uint32_t)number;
    }
    return err;
}

static int read_words(struct reader *reader, const struct node *node,
                      void *target)
{
    struct lesson_words *words = target;
    int err = want(reader, node, NODE_LIST);

    for (const struct node *child = err == 0 ? node->first : NULL;
         child != NULL && err == 0; child = child->next) {
        err = words->count == LESSON_WORDS
                  ? FAIL(reader, child, "too many words; at most %u",
                         LESSON_WORDS)
                  : read_text(reader, child, &words->word[words->count]);
        words->count += err == 0 ? 1 : 0;
    }
    if (err == 0 && words->count == 0) {
        err = FAIL(reader, node, "'%s' wants some words: [a, b]", node->key);
    }
    return err;
}

static int read_choice(struct reader *reader, const struct node *node,
                       const char *const *names, unsigned count, uint32_t *out)
{
    int err = want(reader, node, NODE_SCALAR);

    for (unsigned i = 0; i < count && err == 0; i++) {
        if (strcmp(node->text, names[i]) == 0) {
            *out = i;
            return 0;
        }
    }
    return err != 0 ? err
                    : FAIL(reader, node, "'%s' wants %s or %s, not '%.40s'",
                           node->key, names[0], names[1], node->text);
}

static int read_action(struct reader *reader, const struct node *node,
                       void *target)
{
    struct lesson_words *words = target;
    int err = read_words(reader, node, target);

    for (unsigned i = 0; i < words->count && err == 0; i++) {
        if (schema_find(&schema_action, words->word[i]) == NULL) {
            err = FAIL(reader, node, "'%.40s' is no action of a step",
                       words->word[i]);
        }
    }
    return err;
}

/* ---- a figure ------------------------------------------------------------ */

static int read_range(struct reader *reader, const struct node *node,
                      struct lesson_figure *figure)
{
    struct range range = {.set = false};

    if (value_range(node->text, &range) != QUANTITY_OK ||
        range.high > INT32_MAX || range.low >= range.high) {
        return FAIL(reader, node,
                    "'%s' wants a range such as 3..9, or a list of words",
                    node->key);
    }
    figure->low = range.low;
    figure->high = range.high;
    return 0;
}

static int read_figure(struct reader *reader, const struct node *node)
{
    struct lesson *lesson = reader->lesson;

    if (lesson->figures == FILL_FIGURES - 1u) { /* one is for the answer */
        return FAIL(reader, node, "too many figures; at most %u",
                    FILL_FIGURES - 1u);
    }
    struct lesson_figure *figure = &lesson->figure[lesson->figures++];

    figure->name = node->key;
    if (!is_name(node->key) || strchr(node->key, '-') != NULL ||
        strlen(node->key) >= FILL_NAME || strcmp(node->key, "answer") == 0) {
        return node_fail(reader->diag, reader->path, node->key_place,
                         "'%.40s' is no name of a figure; use lower-case "
                         "letters and digits, but not 'answer'",
                         node->key);
    }
    return node->kind == NODE_SCALAR ? read_range(reader, node, figure)
                                     : read_words(reader, node, &figure->words);
}

static int read_figures(struct reader *reader, const struct node *node,
                        void *target)
{
    int err = want(reader, node, NODE_MAP);

    (void)target;
    for (const struct node *child = err == 0 ? node->first : NULL;
         child != NULL && err == 0; child = child->next) {
        err = read_figure(reader, child);
    }
    return err;
}

/* ---- a run --------------------------------------------------------------- */

static int read_firmware(struct reader *reader, const struct node *node,
                         void *target)
{
    static const char *const names[] = {[FIRMWARE_USUAL] = "usual",
                                        [FIRMWARE_PLANTED] = "planted",
                                        [FIRMWARE_OWN] = "own"};
    int err = read_choice(reader, node, names, 3, target);

    return err == 0 && *(uint32_t *)target != FIRMWARE_USUAL &&
                   reader->lesson->defect.rule == NULL
               ? FAIL(reader, node,
                      "this lesson plants no defect; add 'defect' before "
                      "'tasks'")
               : err;
}

static int read_verdict(struct reader *reader, const struct node *node,
                        void *target)
{
    static const char *const names[] = {
        [VERDICT_PASS] = "pass", [VERDICT_FAIL] = "fail"};

    return read_choice(reader, node, names, 2, target);
}

static int read_expect(struct reader *reader, const struct node *node,
                       void *target)
{
    int err = want(reader, node, NODE_LIST);

    *(const struct node **)target = node;
    return err;
}

#define AT(type, field) offsetof(struct type, field)

static const struct row run_rows[] = {
    {"scenario", read_file, AT(lesson_run, scenario), true},
    {"firmware", read_firmware, AT(lesson_run, firmware), false},
    {"verdict", read_verdict, AT(lesson_run, verdict), false},
    {"expect", read_expect, AT(lesson_run, expect), false},
    {"otherwise", read_text, AT(lesson_run, otherwise), false},
    {.key = NULL},
};

static const struct table run_table = {"a run", run_rows};

static int read_runs(struct reader *reader, const struct node *node,
                     void *target)
{
    struct lesson_task *task = target;
    int err = want(reader, node, NODE_LIST);

    for (const struct node *child = err == 0 ? node->first : NULL;
         child != NULL && err == 0; child = child->next) {
        err =
            task->runs == LESSON_RUNS
                ? FAIL(reader, child, "too many runs; at most %u", LESSON_RUNS)
                : read_keys(reader, &run_table, child,
                            &task->run[task->runs++]);
    }
    if (err == 0 && task->runs == 0) {
        err = FAIL(reader, node, "a task is judged by at least one run");
    }
    return err;
}

/* ---- a task -------------------------------------------------------------- */

static int read_hints(struct reader *reader, const struct node *node,
                      void *target)
{
    const char **hints = target;
    struct lesson_words words = {.count = 0};
    int err = read_words(reader, node, &words);

    if (err == 0 && words.count != LESSON_HINTS) {
        err = FAIL(reader, node, "a task has %u hints, not %u", LESSON_HINTS,
                   words.count);
    }
    for (unsigned i = 0; i < LESSON_HINTS && err == 0; i++) {
        hints[i] = words.word[i];
    }
    return err;
}

/* A form's name, or the words to choose from. */
static int read_form(struct reader *reader, const struct node *node,
                     void *target)
{
    static const char *const names[] = {
        [FORM_NUMBER] = "number", [FORM_VERSION] = "version"};
    struct lesson_task *task = target;

    if (node->kind == NODE_LIST) {
        task->form = FORM_WORD;
        return read_words(reader, node, &task->words);
    }
    return read_choice(reader, node, names, 2, &task->form);
}

#define TASK_ROWS                                                 \
    {"asks", read_text, AT(lesson_task, asks), true},             \
        {"explains", read_text, AT(lesson_task, explains), true}, \
        {"hints", read_hints, AT(lesson_task, hint), true},       \
    {                                                             \
        "runs", read_runs, 0, true                                \
    }

static const struct row predict_rows[] = {
    {"predict", read_name, AT(lesson_task, name), true},
    {"form", read_form, 0, true},
    TASK_ROWS,
    {.key = NULL},
};

static const struct row break_rows[] = {
    {"break", read_name, AT(lesson_task, name), true},
    {"file", read_given, AT(lesson_task, file), true},
    {"may", read_action, AT(lesson_task, may), true},
    {"at_most", read_number, AT(lesson_task, at_most), true},
    TASK_ROWS,
    {.key = NULL},
};

static const struct row fix_rows[] = {
    {"fix", read_name, AT(lesson_task, name), true},
    {"file", read_given, AT(lesson_task, file), false},
    TASK_ROWS,
    {.key = NULL},
};

static const struct table task_tables[] = {
    [LESSON_PREDICT] = {"a task to predict", predict_rows},
    [LESSON_BREAK] = {"a task to break", break_rows},
    [LESSON_FIX] = {"a task to fix", fix_rows},
};

/* Its first key says which kind of task it is. */
static int read_kind(struct reader *reader, const struct node *node,
                     enum lesson_kind *kind)
{
    int err = want(reader, node, NODE_MAP);

    for (*kind = LESSON_PREDICT; err == 0 && *kind <= LESSON_FIX; (*kind)++) {
        if (node_find(node, lesson_kind_name(*kind)) != NULL) {
            return 0;
        }
    }
    return err != 0 ? err
                    : FAIL(reader, node,
                           "a task begins with 'predict: NAME', 'break: NAME' "
                           "or 'fix: NAME'");
}

static int check_task(struct reader *reader, const struct node *node,
                      const struct lesson_task *task)
{
    const struct lesson *lesson = reader->lesson;
    const struct lesson_task *twin =
        &lesson->task[lesson_find(lesson, task->name)];

    if (twin != task) {
        return FAIL(reader, node, "a second task '%s'", task->name);
    }
    if (task->kind == LESSON_FIX && task->file == NULL &&
        lesson->defect.rule == NULL) {
        return FAIL(reader, node,
                    "there is nothing to fix; add 'file', or 'defect' "
                    "before 'tasks'");
    }
    return 0;
}

static int read_task(struct reader *reader, const struct node *node)
{
    struct lesson *lesson = reader->lesson;

    if (lesson->tasks == LESSON_TASKS) {
        return FAIL(reader, node, "too many tasks; at most %u", LESSON_TASKS);
    }
    struct lesson_task *task = &lesson->task[lesson->tasks];
    int err = read_kind(reader, node, &task->kind);

    err = err != 0 ? err
                   : read_keys(reader, &task_tables[task->kind], node, task);
    if (err != 0) {
        return err;
    }
    lesson->tasks++;
    return check_task(reader, node, task);
}

static int read_tasks(struct reader *reader, const struct node *node,
                      void *target)
{
    int err = want(reader, node, NODE_LIST);

    (void)target;
    for (const struct node *child = err == 0 ? node->first : NULL;
         child != NULL && err == 0; child = child->next) {
        err = read_task(reader, child);
    }
    if (err == 0 && reader->lesson->tasks == 0) {
        err = FAIL(reader, node, "a lesson has at least one task");
    }
    return err;
}

/* ---- the lesson ---------------------------------------------------------- */

static int read_program(struct reader *reader, const struct node *node,
                        void *target)
{
    static const char *const names[] = {"boot", "rom", "app", "recovery"};
    uint32_t which = 0;
    int err = read_choice(reader, node, names, 4, &which);

    *(const char **)target = names[which];
    return err;
}

static int read_source(struct reader *reader, const struct node *node,
                       void *target)
{
    int err = read_text(reader, node, target);

    return err == 0 && (strstr(node->text, "..") != NULL ||
                        (strncmp(node->text, "bootloader/", 11) != 0 &&
                         strncmp(node->text, "firmware/", 9) != 0))
               ? FAIL(reader, node,
                      "'%.60s' is no device source; name a file below "
                      "bootloader/ or firmware/",
                      node->text)
               : err;
}

static const struct row defect_rows[] = {
    {"rule", read_file, AT(lesson_defect, rule), true},
    {"source", read_source, AT(lesson_defect, source), true},
    {"program", read_program, AT(lesson_defect, program), true},
    {.key = NULL},
};

static const struct table defect_table = {"a defect", defect_rows};

static int read_defect(struct reader *reader, const struct node *node,
                       void *target)
{
    return read_keys(reader, &defect_table, node, target);
}

static const struct row lesson_rows[] = {
    {"lesson", read_name, AT(lesson, name), true},
    {"title", read_text, AT(lesson, title), true},
    {"number", read_number, AT(lesson, number), true},
    {"minutes", read_number, AT(lesson, minutes), true},
    {"figures", read_figures, 0, false},
    {"defect", read_defect, AT(lesson, defect), false},
    {"tasks", read_tasks, 0, true},
    {.key = NULL},
};

static const struct table lesson_table = {"a lesson", lesson_rows};

static int parse(struct reader *reader, const char *text, size_t length)
{
    struct lesson *lesson = reader->lesson;
    int err =
        node_read(text, length, reader->path, &lesson->tree, reader->diag);

    return err != 0
               ? err
               : read_keys(reader, &lesson_table, lesson->tree.root, lesson);
}

static int make(const char *folder, const char *text, size_t length,
                const char *path, struct lesson **out, struct diag *diag)
{
    struct reader reader = {.path = path,
                            .lesson = calloc(1, sizeof *reader.lesson),
                            .diag = diag};

    *out = NULL;
    if (reader.lesson == NULL) {
        return diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory");
    }
    snprintf(reader.lesson->folder, LESSON_PATH, "%s", folder);
    int err = parse(&reader, text, length);

    if (err != 0) {
        lesson_free(reader.lesson);
        return err;
    }
    *out = reader.lesson;
    return 0;
}

int lesson_parse(const char *text, size_t length, const char *path,
                 struct lesson **out, struct diag *diag)
{
    return make("", text, length, path, out, diag);
}

/* Its folder has its name, by which it is found. */
static int check_name(const struct lesson *lesson, const char *path,
                      struct diag *diag)
{
    const char *slash = strrchr(lesson->folder, '/');
    const char *name = slash != NULL ? slash + 1 : lesson->folder;

    return strcmp(name, lesson->name) == 0
               ? 0
               : diag_fail(diag, OTALAB_ERR_USAGE,
                           "%s: the lesson is called '%s', its folder '%s'",
                           path, lesson->name, name);
}

int lesson_read(const char *folder, struct lesson **out, struct diag *diag)
{
    char path[LESSON_PATH];
    uint8_t *text = NULL;
    size_t length = 0;
    int n = snprintf(path, sizeof path, "%s/" LESSON_FILE, folder);

    *out = NULL;
    if (n < 0 || (size_t)n >= sizeof path) {
        return diag_fail(diag, OTALAB_ERR_USAGE, "%.200s: path too long",
                         folder);
    }
    int err = file_read(path, NODE_FILE_MAX, &text, &length, diag);

    err = err ? err : make(folder, (const char *)text, length, path, out, diag);
    free(text);
    if (err == 0 && check_name(*out, path, diag) != 0) {
        lesson_free(*out);
        *out = NULL;
        err = OTALAB_ERR_USAGE;
    }
    return err;
}
