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

/* roff wants a backslash before each dash. */
static void drop_backslashes(char *text)
{
    char *to = text;

    for (; *text != '\0'; text++) {
        if (*text != '\\') {
            *to++ = *text;
        }
    }
    *to = '\0';
}

Test(root, man_page_names_every_command_and_option)
{
    char *text = print(man_page);

    drop_backslashes(text);
    command_walk(&command_root, check_named, text);
    free(text);
}

/* What is offered after the words of a command's name, and one more. */
static char *offered(const struct command *command, const char *last)
{
    char name[64];
    char *words[8];
    char *text = NULL;
    size_t size = 0;
    int count = 0;
    FILE *out = open_memstream(&text, &size);

    snprintf(name, sizeof name, "%s", command->name);
    for (char *word = strtok(name, " "); word != NULL;
         word = strtok(NULL, " ")) {
        words[count++] = word;
    }
    words[count++] = (char *)(uintptr_t)last;
    completion_offer(&command_root, words, count, out);
    fclose(out);
    return text;
}

static void check_offered(const struct command *command, void *context)
{
    char *text = offered(command, "--");

    (void)context;
    for (const struct option_spec *spec = command->options;
         spec != NULL && spec->name != NULL; spec++) {
        cr_expect_not_null(strstr(text, spec->name), "%s --%s", command->name,
                           spec->name);
    }
    free(text);
    text = offered(command, "");
    for (unsigned i = 0;
         command->subcommands != NULL && command->subcommands[i] != NULL; i++) {
        cr_expect_not_null(strstr(text, command_word(command->subcommands[i])),
                           "%s", command->subcommands[i]->name);
    }
    free(text);
}

Test(root, completions_offer_every_command_and_option)
{
    for (unsigned i = 0; command_root.subcommands[i] != NULL; i++) {
        command_walk(command_root.subcommands[i], check_offered, NULL);
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
