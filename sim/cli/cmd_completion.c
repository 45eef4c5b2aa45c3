/* SPDX-License-Identifier: MIT */
/* `otalab completion`: scripts for shells, and the names that they ask for. */
#include "cli/cmd_completion.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shell/completion.h"
#include "shell/options.h"
#include "base/paths.h"
#include "cli/root.h"
#include "scenario/explain.h"

enum { NAMES };

static const struct option_spec completion_options[] = {
    [NAMES] = {.name = "names",
               .kind = OPTION_CHOICE,
               .argument = "scenarios|topics",
               .help = "only the names that a script offers, a line each"},
    {0},
};

static const struct command_example completion_examples[] = {
    {"source <(otalab completion bash)", "completions in this shell"},
    {"otalab completion fish > ~/.config/fish/completions/otalab.fish",
     "completions in every fish"},
    {"otalab completion --names scenarios", "every scenario known by name"},
    {0},
};

/* ---- names -------------------------------------------------------------- */

static int names_of_folder(const char *folder, const struct locations *where,
                           struct diag *diag)
{
    struct paths paths = {0};
    int err = paths_add(&paths, folder, where, diag);

    for (size_t i = 0; err == 0 && i < paths.count; i++) {
        const char *slash = strrchr(paths.path[i], '/');
        const char *file = slash != NULL ? slash + 1 : paths.path[i];

        printf("%.*s\n", (int)(strlen(file) - strlen(".yaml")), file);
    }
    paths_free(&paths);
    return err;
}

static int names_of_scenarios(struct diag *diag)
{
    struct locations where = {0};
    struct diag unused = {""};
    /* Only the folders count here: a missing ROM does not matter. */
    int missing = paths_locate(NULL, &where, &unused);
    int err = 0;

    (void)missing;
    if (where.scenarios[0] != '\0') {
        err = names_of_folder(where.scenarios, &where, diag);
    }
    if (err == 0 && strcmp(where.scenarios, where.scenarios_else) != 0) {
        err = names_of_folder(where.scenarios_else, &where, diag);
    }
    return err;
}

/* The first words of the list: "  flash.erase   a sector was erased". */
static int names_of_topics(struct diag *diag)
{
    char *list = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&list, &size);

    if (memory == NULL) {
        return diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory");
    }
    explain_list(memory);
    if (fclose(memory) != 0) {
        free(list);
        return diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory");
    }
    for (const char *line = list; *line != '\0';
         line += line[strcspn(line, "\n")] != '\0' ? strcspn(line, "\n") + 1
                                                   : strlen(line)) {
        if (strncmp(line, "  ", 2) == 0 && line[2] != ' ') {
            printf("%.*s\n", (int)strcspn(line + 2, " \n"), line + 2);
        }
    }
    free(list);
    return 0;
}

/* ---- the command ----------------------------------------------------------- */

static int script(const char *shell, struct diag *diag)
{
    static const struct {
        const char *shell;
        void (*print)(const struct command *root, FILE *out);
    } scripts[] = {
        {"bash", completion_bash},
        {"zsh", completion_zsh},
        {"fish", completion_fish},
    };

    for (size_t i = 0; i < sizeof scripts / sizeof scripts[0]; i++) {
        if (strcmp(shell, scripts[i].shell) == 0) {
            scripts[i].print(&command_root, stdout);
            return 0;
        }
    }
    return diag_fail(diag, OTALAB_ERR_USAGE,
                     "%s: no completions for this shell; there are some for "
                     "bash, zsh and fish",
                     shell);
}

static int completion_run(int argc, char **argv)
{
    struct options options;
    struct diag diag = {""};
    int code = options_parse(&options, &command_completion, argc, argv);
    int err = 0;

    if (code != OPTIONS_GO) {
        return code;
    }
    bool names = options.value[NAMES].given;

    if (names == (options.count > 0)) {
        err = diag_fail(&diag, OTALAB_ERR_USAGE,
                        "name a shell (bash, zsh or fish), or use --names");
    } else if (!names) {
        err = script(options.arguments[0], &diag);
    } else {
        err = options.value[NAMES].number == 0 ? names_of_scenarios(&diag)
                                               : names_of_topics(&diag);
    }
    return err != 0 ? command_fail(&command_completion, err, &diag) : 0;
}

const struct command command_completion = {
    .name = "completion",
    .summary = "print completions for a shell",
    .run = completion_run,
    .options = completion_options,
    .arguments = "bash|zsh|fish",
    .arguments_max = 1,
    .completes = COMPLETES_WORDS,
    .examples = completion_examples,
    .description = "An installation by 'make install' has them already.",
};
