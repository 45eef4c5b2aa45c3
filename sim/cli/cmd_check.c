/* SPDX-License-Identifier: MIT */
/* `otalab check`: read scenarios, say what is wrong with them, run nothing. */
#include "cli/cmd_check.h"

#include <stdio.h>
#include <string.h>

#include "cli/options.h"
#include "cli/paths.h"
#include "scenario/mistakes.h"

enum { QUIET };

static const struct option_spec check_options[] = {
    [QUIET] = {.name = "quiet",
               .short_name = 'q',
               .help = "say only what is wrong"},
    {0},
};

static const struct command_example check_examples[] = {
    {"otalab check", "every scenario of the folder scenarios"},
    {"otalab check mine.yaml", "one file, while writing it"},
    {0},
};

#define FOLDER "scenarios" /* where scenarios are when nothing is named */

static int collect(struct paths *paths, const struct options *options,
                   struct diag *diag)
{
    struct locations where = {.scenarios = FOLDER};
    int err = options->count > 0 ? 0 : paths_add(paths, FOLDER, &where, diag);

    for (int i = 0; err == 0 && i < options->count; i++) {
        err = paths_add(paths, options->arguments[i], &where, diag);
    }
    if (err == 0 && paths->count == 0) {
        err = diag_fail(diag, OTALAB_ERR_EMPTY,
                        "no scenario here; name a .yaml file or a folder");
    }
    return err;
}

/* Every mistake on a line of its own, or the one thing that is none. */
static void say(const struct mistakes *mistakes, const struct diag *diag)
{
    for (unsigned i = 0; i < mistakes->count; i++) {
        fprintf(stderr, "%s\n", mistakes->item[i].diag.text);
    }
    if (mistakes->more > 0) {
        fprintf(stderr, "and %u more in this file\n", mistakes->more);
    }
    if (mistakes->count == 0) {
        fprintf(stderr, "%s\n", diag->text);
    }
}

/* 0, or a negative enum otalab_err; then it was said. */
static int check_file(const char *path)
{
    struct scenario *scenario = NULL;
    struct mistakes mistakes = {.count = 0};
    struct diag diag = {.text = ""};
    int err = scenario_check(path, &scenario, &mistakes, &diag);

    scenario_free(scenario);
    if (err != 0) {
        say(&mistakes, &diag);
    }
    return err;
}

static int check_all(const struct paths *paths, bool quiet)
{
    size_t wrong = 0;
    int worst = 0;

    for (size_t i = 0; i < paths->count; i++) {
        int err = check_file(paths->path[i]);

        wrong += err != 0 ? 1 : 0;
        worst = err < worst ? err : worst;
    }
    if (!quiet) {
        printf("%zu checked, %zu wrong\n", paths->count, wrong);
    }
    return -worst;
}

static int check_run(int argc, char **argv)
{
    struct options options;
    struct paths paths = {.count = 0};
    struct diag diag = {.text = ""};
    int code = options_parse(&options, &command_check, argc, argv);

    if (code != OPTIONS_GO) {
        return code;
    }
    int err = collect(&paths, &options, &diag);

    code = err != 0 ? command_fail(&command_check, err, &diag)
                    : check_all(&paths, options.value[QUIET].given);
    paths_free(&paths);
    return code;
}

const struct command command_check = {
    .name = "check",
    .summary = "validate scenarios without running them",
    .run = check_run,
    .options = check_options,
    .arguments = "[FILE|FOLDER|NAME]...",
    .completes = COMPLETES_SCENARIOS,
    .arguments_max = -1,
    .examples = check_examples,
    .description = "Reads each scenario and prints, for each that is wrong, "
                   "FILE:LINE:COLUMN, what is wrong and how it is written. "
                   "Exit code 2 when one is wrong, 5 when there is none.",
};
