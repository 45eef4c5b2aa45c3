/* SPDX-License-Identifier: MIT */
/*
 * Every file of tests/data/scenarios/bad is wrong in one way, and its first
 * line says how it must be refused: "# LINE:COLUMN: MESSAGE".
 */
#include "scenario/scenario.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BAD "tests/data/scenarios/bad"
#define BAD_FILES 100u /* at least; an empty folder proves nothing */

static int is_scenario(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');

    return dot != NULL && strcmp(dot, ".yaml") == 0;
}

static void expected_line(const char *path, char *out, size_t size)
{
    char line[700] = "";
    FILE *file = fopen(path, "r");

    cr_assert_not_null(file, "%s", path);
    cr_assert_not_null(fgets(line, sizeof line, file), "%s", path);
    fclose(file);
    line[strcspn(line, "\n")] = '\0';
    cr_assert(strncmp(line, "# ", 2) == 0, "%s: %s", path, line);
    snprintf(out, size, "%s:%s", path, line + 2);
}

static void check_file(const char *name)
{
    char path[400];
    char expected[1200];
    struct scenario *scenario = (void *)path; /* must become NULL */
    struct diag diag = {.text = ""};

    snprintf(path, sizeof path, BAD "/%s", name);
    expected_line(path, expected, sizeof expected);
    cr_expect_eq(scenario_read(path, &scenario, &diag), OTALAB_ERR_USAGE, "%s",
                 path);
    cr_expect_null(scenario, "%s", path);
    cr_expect_str_eq(diag.text, expected, "%s\n  says   %s\n  wanted %s", path,
                     diag.text, expected);
}

Test(scenario_bad, each_is_refused_in_the_words_it_names)
{
    struct dirent **entries = NULL;
    int count = scandir(BAD, &entries, is_scenario, alphasort);

    cr_assert_geq(count, (int)BAD_FILES);
    for (int i = 0; i < count; i++) {
        check_file(entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
}

Test(scenario_bad, files_that_cannot_be_read_are_named)
{
    struct scenario *scenario = NULL;
    struct diag diag = {.text = ""};

    cr_expect_eq(scenario_read(BAD "/there-is-none.yaml", &scenario, &diag),
                 OTALAB_ERR_USAGE);
    cr_expect_not_null(strstr(diag.text, BAD "/there-is-none.yaml"), "%s",
                       diag.text);
}

Test(scenario_bad, huge_texts_are_refused)
{
    enum { SIZE = 1024 * 1024 + 1 };
    char *text = malloc(SIZE);
    struct scenario *scenario = NULL;
    struct diag diag = {.text = ""};

    cr_assert_not_null(text);
    memset(text, '#', SIZE);
    cr_expect_eq(scenario_parse(text, SIZE, "huge", &scenario, &diag),
                 OTALAB_ERR_USAGE);
    cr_expect_str_eq(diag.text, "huge:1:1: the file is larger than 1 MiB, "
                                "which no scenario needs");
    free(text);
}

Test(scenario_bad, endless_lists_are_refused)
{
    enum { ITEMS = 25000 };
    char *text = malloc(ITEMS * 3 + 10);
    struct scenario *scenario = NULL;
    struct diag diag = {.text = ""};
    size_t length = 0;

    cr_assert_not_null(text);
    length += (size_t)sprintf(text, "seed: [");
    for (unsigned i = 0; i < ITEMS; i++) {
        text[length++] = '1';
        text[length++] = ',';
    }
    text[length++] = ']';
    cr_expect_eq(scenario_parse(text, length, "list", &scenario, &diag),
                 OTALAB_ERR_USAGE);
    cr_expect_str_eq(diag.text, "list:1:40004: too many values; a scenario "
                                "has at most 20000");
    free(text);
}
