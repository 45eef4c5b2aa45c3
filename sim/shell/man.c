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
    {"0", "all is well; every expectation held"},
    {"1", "an expectation failed"},
    {"2", "the command line or a scenario is wrong"},
    {"3", "the simulator itself failed, or a program it needs is missing"},
    {"4", "a time limit was reached before the end"},
    {"5", "nothing was selected"},
    {"6", "a replay or a repetition differed"},
    {"130", "interrupted"},
    {NULL, NULL},
};

static const struct entry environment[] = {
    {"OTALAB_FIRMWARE", "folder with other device programs; --firmware comes "
                        "before it"},
    {"OTALAB_QEMU", "another qemu-system-arm; --qemu comes before it"},
    {"PATH", "where qemu-system-arm is looked for"},
    {"TMPDIR", "where temporary files go; /tmp otherwise"},
    {"NO_COLOR", "if set and not empty, no colour unless asked for"},
    {"TERM", "no colour if it is dumb or missing"},
    {"GITHUB_ACTIONS", "if it is true, what failed is marked at its line of "
                       "the scenario, as GitHub wants it"},
    {"GITHUB_WORKSPACE", "the folder from which such a line names its file"},
    {"GITHUB_STEP_SUMMARY", "a file to which a table of the results is then "
                            "appended"},
    {"CI_NODE_INDEX, CI_NODE_TOTAL", "what --shard auto takes in GitLab; it "
                                     "knows CircleCI's and Buildkite's "
                                     "names, too"},
    {NULL, NULL},
};

/* Paths count from the prefix: the folder above the program's bin. */
static const struct entry files[] = {
    {"scenarios/", "the user's scenarios, found by name in the folder where "
                   "otalab is started"},
    {"runs/", "evidence of failed runs: recording, flash, fuses, log, token"},
    {"PREFIX/share/otalab/scenarios/", "scenarios that come with otalab"},
    {"PREFIX/share/otalab/firmware/", "device programs and devicetree"},
    {"PREFIX/lib/otalab/libotalab-shim.so", "the plugin for QEMU"},
    {NULL, NULL},
};

#define COLUMNS 60 /* of text in a source line; escapes come on top */

/* One character as roff reads it back. */
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

/* Text in lines of a fair length; no word may look like a request. */
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
          ".PP\n\\fBotalab help\\fR [\\fICOMMAND\\fR]\n"
          ".PP\n\\fBotalab\\fR \\fB\\-\\-version\\fR\n"
          ".SH DESCRIPTION\n"
          "Runs firmware updates on real device programs in QEMU, in a world "
          "of which\nevery part can fail: flash, fuses, power, radio and "
          "server are modelled in\nvirtual time, so each run is the same to "
          "the bit and can be replayed.\n"
          ".PP\n"
          "Data goes to standard output, messages to standard error. Every "
          "command\nhas \\fB\\-\\-help\\fR, which begins with examples.\n"
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
