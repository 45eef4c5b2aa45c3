/* SPDX-License-Identifier: MIT */
/* `otalab completion`: shell scripts, and the names that these scripts ask
 * for. */
#include "cli/cmd_completion.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shell/completion.h"
#include "shell/options.h"
#include "base/paths.h"
#include "cli/root.h"
#include "lesson/shelf.h"
#include "scenario/explain.h"

enum { OFFER };

static const struct option_spec completion_options[] = {
    [OFFER] =
        {.name = "offer",
         .help = "print what a script offers after these words: the first line "
                 "says what the shell adds, each further line is a word"},
    {0},
};

static const struct command_example completion_examples[] = {
    {"source <(otalab completion bash)", "enable completions in this shell"},
    {"otalab completion fish > ~/.config/fish/completions/otalab.fish",
     "enable completions in every fish shell"},
    {"otalab completion --offer -- run ab-",
     "print what a Tab would offer there"},
    {0},
};

/* ---- names -------------------------------------------------------------- */

/* Offer the name without its folder and ".yaml". */
static void offer_scenario(const char *typed, const char *path)
{
    const char *slash = strrchr(path, '/');
    char name[256];

    snprintf(name, sizeof name, "%s", slash != NULL ? slash + 1 : path);
    name[strcspn(name, ".")] = '\0';
    completion_word(typed, name, NULL, stdout);
}

static int offer_folder(const char *typed, const char *folder,
                        const struct locations *where, struct diag *diag)
{
    struct paths paths = {0};
    int err = paths_add(&paths, folder, where, diag);

    for (size_t i = 0; err == 0 && i < paths.count; i++) {
        offer_scenario(typed, paths.path[i]);
    }
    paths_free(&paths);
    return err;
}

static int offer_scenarios(const char *typed, struct diag *diag)
{
    struct locations where = {0};
    struct diag unused = {""};
    /* Only the folders count here: a missing ROM does not matter. */
    int missing = paths_locate(NULL, &where, &unused);
    int err = 0;

    (void)missing;
    if (where.scenarios[0] != '\0') {
        err = offer_folder(typed, where.scenarios, &where, diag);
    }
    if (err == 0 && strcmp(where.scenarios, where.scenarios_else) != 0) {
        err = offer_folder(typed, where.scenarios_else, &where, diag);
    }
    return err;
}

/* Offer the first words of the list: "  flash.erase   a sector was erased". */
static int offer_topics(const char *typed, struct diag *diag)
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
    for (char *line = strtok(list, "\n"); line != NULL;
         line = strtok(NULL, "\n")) {
        if (strncmp(line, "  ", 2) == 0 && line[2] != ' ') {
            line[2 + strcspn(line + 2, " ")] = '\0';
            completion_word(typed, line + 2, NULL, stdout);
        }
    }
    free(list);
    return 0;
}

static int offer_lessons(const char *typed, struct diag *diag)
{
    struct locations where = {0};
    struct diag unused = {""};
    struct shelf shelf;
    /* Only the folders count here: a missing ROM does not matter. */
    int missing = paths_locate(NULL, &where, &unused);
    int err = shelf_read(&shelf, &where, diag);

    (void)missing;
    for (unsigned i = 0; i < shelf.count && err == 0; i++) {
        completion_word(typed, shelf.lesson[i]->name, shelf.lesson[i]->title,
                        stdout);
    }
    shelf_free(&shelf);
    return err;
}

/* ---- the command ---------------------------------------------------------- */

static int script(const char *shell, struct diag *diag)
{
    const char *text = completion_script(shell);

    if (text == NULL) {
        return diag_fail(
            diag, OTALAB_ERR_USAGE,
            "%s: no completions for this shell; choose bash, zsh or fish",
            shell);
    }
    fputs(text, stdout);
    return 0;
}

static int offer(const struct options *options, struct diag *diag)
{
    struct completion answer =
        completion_offer(&command_root, options->arguments, options->count,
                         stdout);

    return answer.adds == ADDS_SCENARIOS ? offer_scenarios(answer.typed, diag)
           : answer.adds == ADDS_TOPICS  ? offer_topics(answer.typed, diag)
           : answer.adds == ADDS_LESSONS ? offer_lessons(answer.typed, diag)
                                         : 0;
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
    if (options.count == 0) {
        err = diag_fail(&diag, OTALAB_ERR_USAGE,
                        "name a shell: bash, zsh or fish");
    } else if (options.value[OFFER].given) {
        err = offer(&options, &diag);
    } else if (options.count > 1) {
        err = diag_fail(&diag, OTALAB_ERR_USAGE, "one shell at a time");
    } else {
        err = script(options.arguments[0], &diag);
    }
    return err != 0 ? command_fail(&command_completion, err, &diag) : 0;
}

const struct command command_completion = {
    .name = "completion",
    .summary = "print completions for a shell",
    .run = completion_run,
    .options = completion_options,
    .arguments = "bash|zsh|fish",
    .arguments_max = -1,
    .completes = COMPLETES_WORDS,
    .examples = completion_examples,
    .description = "'make install' also installs the completions.",
};
