/* SPDX-License-Identifier: MIT */
/*
 * The one way in which every subcommand reads its command line and prints its
 * help: a walk over the tables of commands.h. Wrong usage leaves one line on
 * stderr with the remedy and exit code 2; `--help` goes to stdout with exit
 * code 0. Nothing is allocated; texts point into argv.
 *
 *     enum { KEY, JSON };
 *     static const struct option_spec options[] = {
 *         [KEY] = {.name = "key", .kind = OPTION_FILE, .help = "..."},
 *         [JSON] = {.name = "json", .help = "..."},
 *         {0},
 *     };
 *     static int run(int argc, char **argv)
 *     {
 *         struct options o;
 *         int code = options_parse(&o, &command_x, argc, argv);
 *         if (code != OPTIONS_GO) {
 *             return code;
 *         }
 *         ... o.value[KEY].text, o.value[JSON].given, o.arguments[0] ...
 *     }
 */
#ifndef OTALAB_SHELL_OPTIONS_H
#define OTALAB_SHELL_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/diag.h"
#include "shell/commands.h"

#define OPTIONS_MAX 40
#define OPTIONS_REPEAT_MAX 32
/* options_parse(): carry on. Everything else is an exit code. */
#define OPTIONS_GO (-1)

struct option_value {
    bool given;
    unsigned count;
    const char *text; /* the last one given, NULL when none */
    const char *texts[OPTIONS_REPEAT_MAX];
    uint64_t number; /* NUMBER, SIZE (bytes), TIME (ns), CHOICE (index) */
};

struct options {
    struct option_value value[OPTIONS_MAX]; /* by position in the table */
    int count;                              /* arguments that are no options */
    char **arguments; /* inside argv, which is reordered */
};

/* Read argv by command->options. OPTIONS_GO, 0 after --help, or 2. */
int options_parse(struct options *options, const struct command *command,
                  int argc, char **argv);

/* The error line for an option that the command does not have, with what may
 * have been meant. Exit code 2. */
int options_unknown(const struct command *command, const char *typed);

/* Hand over to the subcommand that argv[1] names; argv[0] is `command`'s own
 * word. Prints help for none, --help and help; suggests for a typo. */
int command_dispatch(const struct command *command, int argc, char **argv);

/* The whole help of one command. */
void command_help(const struct command *command, FILE *out);

/* "FILE" for what stands after an option; "" for none. */
const char *option_argument(const struct option_spec *spec);
/* Does the next word belong to it? */
bool option_takes_word(const struct option_spec *spec);

/* The last word of its name: "sign". */
const char *command_word(const struct command *command);
/* The subcommand that goes by `word`, or NULL. */
const struct command *command_find(const struct command *group,
                                   const char *word);
/* `visit` for the command and then for all below it, in the order of the
 * tables; `context` is handed on. */
void command_walk(const struct command *command,
                  void (*visit)(const struct command *command, void *context),
                  void *context);

/* "otalab image sign", or "otalab" for the root; returns `out`. */
const char *command_path(const struct command *command, char *out, size_t size);

/* Print the diag's line as "otalab NAME: TEXT" and give the exit code that
 * belongs to a negative enum otalab_err. */
int command_fail(const struct command *command, int err,
                 const struct diag *diag);

/* Is what was asked for a TCP port? 0, or OTALAB_ERR_USAGE; not asked: 0. */
int options_port(const struct option_value *value, struct diag *diag);

/* Colour on `stream`? `when` is auto (or NULL), always or never; NO_COLOR
 * and a dumb or missing terminal say no to auto. */
bool options_color(const char *when, FILE *stream);

#endif
