/* SPDX-License-Identifier: MIT */
#include "shell/man.h"

#include <stdbool.h>
#include <string.h>

#include "shell/options.h"
#include "base/version.h"

struct entry {
    const char *name;
    const char *says;
};

static const struct entry exit_codes[] = {
    {"0", "success; every expectation held"},
    {"1", "an expectation failed"},
    {"2", "the command line or a scenario is wrong"},
    {"3", "the simulator itself failed, or a program that it needs is missing"},
    {"4", "a time limit was reached before the end"},
    {"5", "nothing was selected"},
    {"6", "a replayed or repeated run differed"},
    {"130", "interrupted"},
    {NULL, NULL},
};

static const struct entry environment[] = {
    {"OTALAB_FIRMWARE",
     "folder with other device programs; --firmware takes precedence"},
    {"OTALAB_QEMU", "another qemu-system-arm; --qemu takes precedence"},
    {"PATH", "where qemu-system-arm is searched for"},
    {"TMPDIR", "folder for temporary files; /tmp if not set"},
    {"NO_COLOR", "if set and not empty, output has no colour unless asked for"},
    {"TERM", "output has no colour if this is dumb or not set"},
    {"GITHUB_ACTIONS", "if true, each failure is also reported as a GitHub "
                       "annotation at its line of the scenario"},
    {"GITHUB_WORKSPACE",
     "folder to which the file names in annotations are relative"},
    {"GITHUB_STEP_SUMMARY", "file to which a table of the results is appended"},
    {"CI_NODE_INDEX, CI_NODE_TOTAL",
     "used by --shard auto in GitLab; CircleCI's and Buildkite's variables are "
     "known, too"},
    {NULL, NULL},
};

/* Paths are relative to the prefix, the folder above the program's bin. */
static const struct entry files[] = {
    {"scenarios/",
     "your own scenarios, found by name in the folder where otalab is started"},
    {"runs/", "evidence of failed runs: recording, flash, fuses, log, token"},
    {"PREFIX/share/otalab/scenarios/", "the scenarios that come with otalab"},
    {"PREFIX/share/otalab/firmware/", "device programs and the devicetree"},
    {"PREFIX/lib/otalab/libotalab-shim.so", "the QEMU plugin"},
    {NULL, NULL},
};

#define COLUMNS 60 /* of text in a source line; escapes are not counted */

/* Write one character so that roff reads it back unchanged. */
static void put_character(FILE *out, char c)
{
    static const struct {
        char is;
        const char *roff;
    } special[] = {{'\\', "\\e"},  {'-', "\\-"},   {'\'', "\\(aq"},
                   {'`', "\\(ga"}, {'~', "\\(ti"}, {'^', "\\(ha"},
                   {'"', "\\(dq"}};

    for (size_t i = 0; i < sizeof special / sizeof special[0]; i++) {
        if (special[i].is == c) {
            fputs(special[i].roff, out);
            return;
        }
    }
    fputc(c, out);
}

static void put_text(FILE *out, const char *text)
{
    for (; *text != '\0'; text++) {
        put_character(out, *text);
    }
}

/* Write text in lines of moderate length; no line may start like a roff
 * request. */
static void put_prose(FILE *out, const char *text)
{
    size_t column = 0;

    while (*text != '\0') {
        size_t length = strcspn(text, " ");

        if (column > 0) {
            bool full = column + length > COLUMNS;
            fputc(full ? '\n' : ' ', out);
            column = full ? 0 : column;
        }
        if (column == 0 && *text == '.') {
            fputs("\\&", out);
        }
        for (size_t i = 0; i < length; i++) {
            put_character(out, text[i]);
        }
        column += length + 1;
        text += length + (text[length] == ' ');
    }
}

static void put_line(FILE *out, const char *before, const char *text,
                     const char *after)
{
    fputs(before, out);
    put_prose(out, text);
    fputs(after, out);
    fputc('\n', out);
}

static void put_entries(FILE *out, const char *title,
                        const struct entry *entries)
{
    fprintf(out, ".SH %s\n", title);
    for (; entries->name != NULL; entries++) {
        put_line(out, ".TP\n\\fB", entries->name, "\\fR");
        put_line(out, "", entries->says, "");
    }
}

static void put_option(FILE *out, const struct option_spec *spec)
{
    const char *argument = option_argument(spec);

    fputs(".TP\n", out);
    if (spec->short_name != 0) {
        fprintf(out, "\\fB\\-%c\\fR, ", spec->short_name);
    }
    fputs("\\fB\\-\\-", out);
    put_text(out, spec->name);
    fputs("\\fR", out);
    if (argument[0] != '\0') {
        fputs(" \\fI", out);
        put_text(out, argument);
        fputs("\\fR", out);
    }
    fputc('\n', out);
    put_line(out, "", spec->help, spec->required ? " (needed)" : "");
}

static void put_examples(FILE *out, const struct command_example *example)
{
    for (; example != NULL && example->line != NULL; example++) {
        put_line(out, ".PP\n", example->says, ":");
        fputs(".PP\n.RS 4\n.EX\n", out);
        put_text(out, example->line);
        fputs("\n.EE\n.RE\n", out);
    }
}

static void put_command(const struct command *command, void *context)
{
    FILE *out = context;
    char path[64];

    if (command->run == NULL) {
        return;
    }
    fputs(".SS \"", out);
    put_text(out, command_path(command, path, sizeof path));
    if (command->arguments != NULL) {
        put_text(out, " ");
        put_text(out, command->arguments);
    }
    fputs("\"\n", out);
    put_line(out, "", command->summary, ".");
    if (command->description != NULL) {
        put_line(out, ".PP\n", command->description, "");
    }
    for (const struct option_spec *spec = command->options;
         spec != NULL && spec->name != NULL; spec++) {
        put_option(out, spec);
    }
    put_examples(out, command->examples);
}

void man_page(const struct command *root, FILE *out)
{
    fprintf(out,
            ".\\\" SPDX-License-Identifier: MIT\n"
            ".TH OTALAB 1 \"%s\" \"otalab %s\" \"User Commands\"\n"
            ".SH NAME\n",
            OTALAB_VERSION_DATE, OTALAB_VERSION);
    put_line(out, "otalab \\- ", root->summary, "");
    fputs(".SH SYNOPSIS\n"
          "\\fBotalab\\fR \\fICOMMAND\\fR [\\fIOPTION\\fR...] "
          "[\\fIARGUMENT\\fR...]\n"
          ".PP\n"
          "\\fBotalab help\\fR [\\fICOMMAND\\fR]\n"
          ".PP\n"
          "\\fBotalab\\fR \\fB\\-\\-version\\fR\n"
          ".SH DESCRIPTION\n"
          "Runs firmware updates on real device programs in QEMU, in a world "
          "where any\n"
          "part can fail. Flash, fuses, power, radio and server are modelled "
          "in virtual\n"
          "time, so every run can be reproduced to the bit and replayed.\n"
          ".PP\n"
          "Data goes to standard output, messages to standard error. Every "
          "command\n"
          "has \\fB\\-\\-help\\fR, which begins with examples.\n"
          ".SH COMMANDS\n",
          out);
    command_walk(root, put_command, out);
    put_entries(out, "EXIT STATUS", exit_codes);
    put_entries(out, "ENVIRONMENT", environment);
    put_entries(out, "FILES", files);
    fputs(".SH EXAMPLES\nTo begin with:\n", out);
    put_examples(out, root->examples);
    fputs(".SH SEE ALSO\n\\fBqemu\\-system\\-arm\\fR(1), \\fBdtc\\fR(1)\n",
          out);
}
