/* SPDX-License-Identifier: MIT */
/* Finds the command that was typed within a group of commands. */
#include "shell/options.h"

#include "base/suggest.h"

#include <string.h>

#define WORD_MAX 64

static int unknown_command(const struct command *group, const char *word)
{
    char path[WORD_MAX];
    struct suggest suggest;

    suggest_start(&suggest, word);
    for (unsigned i = 0; group->subcommands[i] != NULL; i++) {
        suggest_offer(&suggest, command_word(group->subcommands[i]));
    }
    const char *near = suggest_best(&suggest);
    command_path(group, path, sizeof path);
    fprintf(stderr, "%s: no command '%.60s'%s%s%s (see '%s --help')\n", path,
            word, near != NULL ? "; did you mean '" : "",
            near != NULL ? near : "", near != NULL ? "'?" : "", path);
    return -OTALAB_ERR_USAGE;
}

static bool wants_help(const char *word)
{
    return strcmp(word, "help") == 0 || strcmp(word, "--help") == 0 ||
           strcmp(word, "-h") == 0;
}

static int run_command(const struct command *command, int argc, char **argv)
{
    return command->run != NULL ? command->run(argc, argv)
                                : command_dispatch(command, argc, argv);
}

/* "help image sign" */
static int help_on(const struct command *group, int argc, char **argv)
{
    const struct command *command = group;

    for (int i = 0; i < argc && command->subcommands != NULL; i++) {
        const struct command *next = command_find(command, argv[i]);
        if (next == NULL) {
            return unknown_command(command, argv[i]);
        }
        command = next;
    }
    command_help(command, stdout);
    return 0;
}

int command_dispatch(const struct command *command, int argc, char **argv)
{
    if (argc < 2) {
        command_help(command, stdout);
        return 0;
    }
    if (wants_help(argv[1])) {
        return help_on(command, argc - 2, argv + 2);
    }
    if (argv[1][0] == '-') {
        return options_unknown(command, argv[1]);
    }
    const struct command *next = command_find(command, argv[1]);
    if (next == NULL) {
        return unknown_command(command, argv[1]);
    }
    return run_command(next, argc - 1, argv + 1);
}
