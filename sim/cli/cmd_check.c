/* SPDX-License-Identifier: MIT */
/* `otalab check`: read scenarios, say what is wrong with them, run nothing. */
#include "cli/cmd_check.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cmd_run.h"
#include "shell/options.h"
#include "base/paths.h"
#include "engine/run.h"
#include "scenario/mistakes.h"

enum { QUIET, FIRMWARE };

static const struct option_spec check_options[] = {
    [QUIET] = {.name = "quiet", .short_name = 'q', .help = "print only errors"},
    [FIRMWARE] = OPTION_ROW_FIRMWARE,
    {0},
};

static const struct command_example check_examples[] = {
    {"otalab check", "check every scenario in the folder scenarios"},
    {"otalab check mine.yaml", "check one file while you write it"},
    {0},
};

#define FOLDER "scenarios" /* where scenarios are looked for if none is named */

static int collect(struct paths *paths, const struct options *options,
                   const struct locations *where, struct diag *diag)
{
    int err = 0;

    if (options->count == 0) {
        err = access(FOLDER, R_OK) == 0
                  ? paths_add(paths, FOLDER, where, diag)
                  : diag_fail(diag, OTALAB_ERR_EMPTY,
                              "no folder '%s' here; name a .yaml file or a "
                              "folder that contains some",
                              FOLDER);
    }
    for (int i = 0; err == 0 && i < options->count; i++) {
        err = paths_add(paths, options->arguments[i], where, diag);
    }
    if (err == 0 && paths->count == 0) {
        err = diag_fail(diag, OTALAB_ERR_EMPTY,
                        "no scenario here; name a .yaml file or a folder that "
                        "contains some");
    }
    return err;
}

/* Print every mistake on a line of its own, or the one error that is not a
 * mistake in the scenario. */
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

/* What all files are checked against: programs and a flash map, if
 * available. */
struct checker {
    struct run_options options;
    bool built;
    bool quiet;
};

/* Returns 0, or a negative enum otalab_err that has already been reported. */
static int check_file(const struct checker *checker, const char *path)
{
    struct scenario *scenario = NULL;
    struct mistakes mistakes = {.count = 0};
    struct diag diag = {.text = ""};
    int err = scenario_check(path, &scenario, &mistakes, &diag);

    if (err == 0 && checker->built) {
        err = run_check(scenario, &checker->options, &mistakes, &diag);
    }
    scenario_free(scenario);
    if (err != 0) {
        say(&mistakes, &diag);
    }
    return err;
}

static int check_all(const struct checker *checker, const struct paths *paths)
{
    size_t wrong = 0;
    int worst = 0;

    for (size_t i = 0; i < paths->count; i++) {
        int err = check_file(checker, paths->path[i]);

        wrong += err != 0 ? 1 : 0;
        worst = err < worst ? err : worst;
    }
    if (!checker->quiet) {
        printf("%zu checked, %zu wrong\n", paths->count, wrong);
    }
    return -worst;
}

/* Without programs, the files are still read. A folder named with --firmware
 * must have the programs. */
static int locate(const struct options *options, struct locations *where,
                  struct checker *checker, struct diag *diag)
{
    const char *firmware = options->value[FIRMWARE].text;
    int err = paths_locate(firmware, where, diag);

    checker->built = err == 0;
    checker->quiet = options->value[QUIET].given;
    checker->options =
        (struct run_options){.firmware = where->firmware,
                             .firmware_else = where->firmware_else};
    if (err != 0 && firmware == NULL) {
        if (!checker->quiet) {
            fprintf(stderr,
                    "otalab check: %s: programs and sizes are not checked\n",
                    diag->text);
        }
        *diag = (struct diag){.text = ""};
        err = 0;
    }
    return err;
}

static int check_run(int argc, char **argv)
{
    struct options options;
    struct paths paths = {.count = 0};
    struct locations where;
    struct checker checker;
    struct diag diag = {.text = ""};
    int code = options_parse(&options, &command_check, argc, argv);

    if (code != OPTIONS_GO) {
        return code;
    }
    int err = locate(&options, &where, &checker, &diag);

    err = err ? err : collect(&paths, &options, &where, &diag);
    code = err != 0 ? command_fail(&command_check, err, &diag)
                    : check_all(&checker, &paths);
    paths_free(&paths);
    return code;
}

const struct command command_check = {
    .name = "check",
    .summary = "check scenarios without running them",
    .run = check_run,
    .options = check_options,
    .arguments = "[FILE|FOLDER|NAME]...",
    .completes = COMPLETES_SCENARIOS,
    .arguments_max = -1,
    .examples = check_examples,
    .description = "Reads each scenario, finds its programs, signs its images "
                   "and puts them into flash. For each mistake, prints "
                   "FILE:LINE:COLUMN, what is wrong and what is valid there. "
                   "Exit code 2 if a scenario is wrong, 5 if there is none.",
};
