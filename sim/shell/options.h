/* SPDX-License-Identifier: MIT */
/*
 * How every subcommand reads its command line and prints its help: a walk over
 * the tables of commands.h. A usage error prints one line with the remedy on
 * stderr and gives exit code 2; `--help` goes to stdout with exit code 0.
 * Nothing is allocated; texts point into argv.
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
/* options_parse(): carry on. Any other value is an exit code. */
#define OPTIONS_GO (-1)

struct option_value {
    bool given;
    unsigned count;
    const char *text; /* the last one given, or NULL */
    const char *texts[OPTIONS_REPEAT_MAX];
    uint64_t number; /* by kind, as there; CHOICE: index */
};

struct options {
    struct option_value value[OPTIONS_MAX]; /* by position in the table */
    int count;                              /* arguments that are not options */
    char **arguments; /* inside argv, which is reordered */
};

/* Read argv according to command->options. Returns OPTIONS_GO, 0 after --help,
 * or 2. */
int options_parse(struct options *options, const struct command *command,
                  int argc, char **argv);

/* Print the error line for an option that the command does not have, with the
 * option probably meant. Returns exit code 2. */
int options_unknown(const struct command *command, const char *typed);

/* Run the subcommand that argv[1] names; argv[0] is `command`'s own word.
 * Prints the help if there is none and for --help and help; suggests a name for
 * a typo. Returns the exit code. */
int command_dispatch(const struct command *command, int argc, char **argv);

/* Print the whole help of one command. */
void command_help(const struct command *command, FILE *out);

/* What follows an option, such as "FILE"; "" if it takes no argument. */
const char *option_argument(const struct option_spec *spec);
/* Whether the next word belongs to the option. */
bool option_takes_word(const struct option_spec *spec);

/* The last word of the command's name: "sign". */
const char *command_word(const struct command *command);
/* The subcommand of `group` called `word`, or NULL. */
const struct command *command_find(const struct command *group,
                                   const char *word);
/* Call `visit` for the command and then for all commands below it, in the order
 * of the tables; `context` is passed to it. */
void command_walk(const struct command *command,
                  void (*visit)(const struct command *command, void *context),
                  void *context);

/* Write "otalab image sign", or "otalab" for the root, to `out` and return
 * it. */
const char *command_path(const struct command *command, char *out, size_t size);

/* Print the diag's line as "otalab NAME: TEXT" and return the exit code that
 * belongs to `err`, a negative enum otalab_err. */
int command_fail(const struct command *command, int err,
                 const struct diag *diag);

/* Check that the option's value is a TCP port. Returns 0, also if the option
 * was not given, or OTALAB_ERR_USAGE. */
int options_port(const struct option_value *value, struct diag *diag);

/* Whether to use colour on `stream`. `when` is auto (or NULL), always or never;
 * for auto, NO_COLOR or a dumb or missing terminal turns colour off. */
bool options_color(const char *when, FILE *stream);

#endif
