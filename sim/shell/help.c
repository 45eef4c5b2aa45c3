/* SPDX-License-Identifier: MIT */
/* Prints the tables of commands.h for people: `--help`. */
#include <string.h>

#include "shell/options.h"

#define WIDTH 79
#define INDENT 26

static const char *const kind_argument[] = {
    [OPTION_FLAG] = "",         [OPTION_TEXT] = "TEXT",
    [OPTION_FILE] = "FILE",     [OPTION_NUMBER] = "N",
    [OPTION_SIZE] = "SIZE",     [OPTION_TIME] = "TIME",
    [OPTION_DATA] = "SIZE",     [OPTION_CHANCE] = "PERCENT",
    [OPTION_MONEY] = "DOLLARS", [OPTION_ENERGY] = "ENERGY",
    [OPTION_CHOICE] = "",
};

const char *option_argument(const struct option_spec *spec)
{
    return spec->argument != NULL ? spec->argument : kind_argument[spec->kind];
}

/* Print `text` wrapped between column `indent` and WIDTH, starting at column
 * `at`. */
static void print_wrapped(FILE *out, const char *text, int indent, int at)
{
    if (at > 0 && at >= indent) {
        fputc('\n', out);
        at = 0;
    }
    while (*text != '\0') {
        int length = (int)strcspn(text, " ");
        if (at > indent && at + 1 + length > WIDTH) {
            fputc('\n', out);
            at = 0;
        }
        if (at < indent) {
            fprintf(out, "%*s", indent - at, "");
            at = indent;
        } else if (at > indent) {
            fputc(' ', out);
            at++;
        }
        fprintf(out, "%.*s", length, text);
        at += length;
        text += length + (text[length] == ' ');
    }
    fputc('\n', out);
}

static void print_option(FILE *out, const struct option_spec *spec)
{
    char head[120];
    char letter[5] = "    ";
    const char *argument = option_argument(spec);

    if (spec->short_name != 0) {
        snprintf(letter, sizeof letter, "-%c, ", spec->short_name);
    }
    bool bare = spec->kind == OPTION_FLAG;
    int at = snprintf(head, sizeof head, "  %s--%s%s%s", letter, spec->name,
                      bare ? "" : " ", bare ? "" : argument);
    fputs(head, out);
    print_wrapped(out, spec->help, INDENT, at);
}

static void print_examples(FILE *out, const struct command_example *example)
{
    if (example == NULL || example->line == NULL) {
        return;
    }
    fputs("\nExamples:\n", out);
    for (; example->line != NULL; example++) {
        fprintf(out, "  %s\n", example->line);
        print_wrapped(out, example->says, 6, 0);
    }
}

static void print_subcommands(FILE *out, const struct command *const *list)
{
    fputs("\nCommands:\n", out);
    for (; *list != NULL; list++) {
        int at = fprintf(out, "  %s", (*list)->name);
        print_wrapped(out, (*list)->summary, 18, at);
    }
}

void command_help(const struct command *command, FILE *out)
{
    char path[64];

    command_path(command, path, sizeof path);
    fprintf(out, "%s: %s\n", path, command->summary);
    print_examples(out, command->examples);
    fprintf(out, "\nUsage: %s%s%s%s\n", path,
            command->subcommands != NULL ? " COMMAND" : " [OPTION...]",
            command->arguments != NULL ? " " : "",
            command->arguments != NULL ? command->arguments : "");
    if (command->description != NULL) {
        fputc('\n', out);
        print_wrapped(out, command->description, 0, 0);
    }
    if (command->subcommands != NULL) {
        print_subcommands(out, command->subcommands);
    }
    if (command->options != NULL || command->run != NULL) {
        static const struct option_spec help = {.name = "help",
                                                .short_name = 'h',
                                                .help = "print this help"};
        fputs("\nOptions:\n", out);
        for (const struct option_spec *spec = command->options;
             spec != NULL && spec->name != NULL; spec++) {
            print_option(out, spec);
        }
        print_option(out, &help);
    }
}
