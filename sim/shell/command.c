/* SPDX-License-Identifier: MIT */
/* Command names, the walk over the command tree, and command error lines. */
#include "shell/options.h"

#include <string.h>

#define WORD_MAX 64

const char *command_path(const struct command *command, char *out, size_t size)
{
    bool root = strcmp(command->name, "otalab") == 0;

    snprintf(out, size, "otalab%s%s", root ? "" : " ",
             root ? "" : command->name);
    return out;
}

int command_fail(const struct command *command, int err,
                 const struct diag *diag)
{
    char path[WORD_MAX];

    fprintf(stderr, "%s: %s\n", command_path(command, path, sizeof path),
            diag->text[0] != '\0' ? diag->text : "failed");
    return -err;
}

const char *command_word(const struct command *command)
{
    const char *space = strrchr(command->name, ' ');

    return space != NULL ? space + 1 : command->name;
}

const struct command *command_find(const struct command *group,
                                   const char *word)
{
    for (unsigned i = 0;
         group->subcommands != NULL && group->subcommands[i] != NULL; i++) {
        if (strcmp(command_word(group->subcommands[i]), word) == 0) {
            return group->subcommands[i];
        }
    }
    return NULL;
}

void command_walk(const struct command *command,
                  void (*visit)(const struct command *command, void *context),
                  void *context)
{
    visit(command, context);
    for (unsigned i = 0;
         command->subcommands != NULL && command->subcommands[i] != NULL; i++) {
        command_walk(command->subcommands[i], visit, context);
    }
}
