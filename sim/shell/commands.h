/* SPDX-License-Identifier: MIT */
/*
 * What a subcommand of `otalab` is. Each sim/cli/cmd_*.c exports constant
 * `struct command`s; root.c lists them under the root command. Help, error
 * lines, man page and shell completions are all generated from these tables, so
 * an option is described only once. All of it is static data: nobody owns or
 * frees anything.
 */
#ifndef OTALAB_SHELL_COMMANDS_H
#define OTALAB_SHELL_COMMANDS_H

#include <stdbool.h>

enum option_kind {
    OPTION_FLAG = 0, /* no argument */
    OPTION_TEXT,     /* any text */
    OPTION_FILE,     /* a path: text, completed as a file name */
    OPTION_NUMBER,   /* 12 or 0x0c */
    OPTION_SIZE,     /* bytes: 4096, 0x1000, 256KiB, 2MiB */
    OPTION_TIME,     /* ns, from 45ms, 120s, 5min; the unit is required */
    OPTION_DATA,     /* bytes on the air: 500kB, 1.5MB, 64KiB, 4096 */
    OPTION_CHANCE,   /* millionths, from 0.1%; at most 100% */
    OPTION_MONEY,    /* millionths of a dollar, from 0.5 or $0.5 */
    OPTION_ENERGY,   /* uJ, from 10kJ, 500J */
    OPTION_CHOICE    /* one of the words in `argument`: "auto|always|never" */
};

/* What a shell offers as a command's arguments. */
enum completes {
    COMPLETES_FILES = 0,
    COMPLETES_SCENARIOS, /* names, .yaml files and folders */
    COMPLETES_TOPICS,    /* what `otalab explain` can explain */
    COMPLETES_LESSONS,   /* names of lessons, and folders */
    COMPLETES_WORDS,     /* the words of `arguments`: "bash|zsh|fish" */
    COMPLETES_NOTHING
};

/* A table ends with an entry that has no name. `help` starts in lower case and
 * has no full stop; it is wrapped when printed. */
struct option_spec {
    const char *name; /* without the dashes */
    char short_name;  /* or 0 */
    enum option_kind kind;
    const char *argument; /* "FILE", "N", or the choices; NULL: by kind */
    const char *help;
    bool required;
    bool repeat;   /* may be given more than once */
    bool not_zero; /* a value of 0 is refused */
};

/* A table ends with an entry that has no line. */
struct command_example {
    const char *line; /* "otalab ..." */
    const char *says; /* what it does */
};

struct command {
    /* "list", or with its group: "image sign"; the root is "otalab" */
    const char *name;
    const char *summary; /* one line, lower case, no full stop */
    /* argv[0] is the command's own word; returns the exit code. May be NULL if
     * there are subcommands. */
    int (*run)(int argc, char **argv);
    const struct option_spec *options; /* or NULL */
    const char *arguments;             /* "IN OUT", or NULL */
    int arguments_min;
    int arguments_max; /* -1: no limit */
    enum completes completes;
    const struct command_example *examples;   /* shown first in the help */
    const char *description;                  /* a paragraph, or NULL */
    const struct command *const *subcommands; /* ends with NULL, or NULL */
};

#endif
