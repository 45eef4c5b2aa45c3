/* SPDX-License-Identifier: MIT */
/* The tree of commands: what every table has to give to a person. */
#include "cli/root.h"

#include <criterion/criterion.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "shell/completion.h"
#include "shell/man.h"
#include "shell/options.h"

static int seen;

static void check_sentence(const char *path, const char *text)
{
    cr_assert(text != NULL && text[0] != '\0', "%s: nothing is said", path);
    cr_expect(!isupper((unsigned char)text[0]) ||
                  isupper((unsigned char)text[1]),
              "%s: '%s' begins in upper case", path, text);
    cr_expect(text[strlen(text) - 1] != '.', "%s: '%s' has a full stop", path,
              text);
}

static void check_options(const char *path, const struct option_spec *options)
{
    int count = 0;

    for (; options != NULL && options->name != NULL; options++, count++) {
        check_sentence(path, options->help);
        cr_expect(options->kind != OPTION_CHOICE || options->argument != NULL,
                  "%s --%s: a choice of nothing", path, options->name);
    }
    cr_expect_lt(count, OPTIONS_MAX, "%s", path);
}

static void check_command(const struct command *command, void *context)
{
    char path[64];
    const struct command_example *example = command->examples;

    (void)context;
    seen++;
    command_path(command, path, sizeof path);
    check_sentence(path, command->summary);
    check_options(path, command->options);
    cr_expect(command->run != NULL || command->subcommands != NULL, "%s", path);
    cr_assert_not_null(example, "%s has no example", path);
    cr_expect_not_null(example->line, "%s has no example", path);
    cr_expect_not_null(strstr(example->line, path),
                       "%s: example '%s' is of another command", path,
                       example->line);
    for (; example->line != NULL; example++) {
        check_sentence(path, example->says);
    }
}

Test(root, every_command_has_examples_and_says_what_it_does)
{
    command_walk(&command_root, check_command, NULL);
    cr_expect_geq(seen, 15);
}

/* What the four printers have to name: each command and each option. */
static char *print(void (*printer)(const struct command *, FILE *))
{
    char *text = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&text, &size);

    cr_assert_not_null(memory);
    printer(&command_root, memory);
    fclose(memory);
    return text;
}

static void check_named(const struct command *command, void *context)
{
    const char *text = context;
    char words[64];

    if (strcmp(command->name, "otalab") != 0) {
        cr_expect_not_null(strstr(text, command_word(command)), "%s",
                           command->name);
    }
    for (const struct option_spec *spec = command->options;
         spec != NULL && spec->name != NULL; spec++) {
        snprintf(words, sizeof words, "%.32s", spec->name);
        cr_expect_not_null(strstr(text, words), "%s --%s", command->name,
                           spec->name);
    }
}

Test(root, completions_name_every_command_and_option)
{
    void (*const printers[])(const struct command *, FILE *) = {
        completion_bash,
        completion_zsh,
        completion_fish,
    };

    for (size_t i = 0; i < sizeof printers / sizeof printers[0]; i++) {
        char *text = print(printers[i]);

        command_walk(&command_root, check_named, text);
        free(text);
    }
}

/* roff takes a line that begins with a dot for a request. */
Test(root, man_page_has_only_known_requests)
{
    static const char *const known[] = {".\\\"", ".TH", ".SH", ".SS", ".TP",
                                        ".PP",   ".RS", ".RE", ".EX", ".EE"};
    char *text = print(man_page);

    for (char *line = strtok(text, "\n"); line != NULL;
         line = strtok(NULL, "\n")) {
        bool good = line[0] != '.' && line[0] != '\'';

        for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
            good = good || strncmp(line, known[i], strlen(known[i])) == 0;
        }
        cr_expect(good, "%s", line);
        cr_expect_leq(strlen(line), 100u, "%s", line);
    }
    free(text);
}
