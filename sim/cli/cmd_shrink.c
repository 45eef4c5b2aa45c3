/* SPDX-License-Identifier: MIT */
/* `otalab shrink`: the shortest history that fails in the same way. */
#include <stdio.h>
#include <stdlib.h>

#include "base/interrupt.h"
#include "base/paths.h"
#include "cli/cmd_run.h"
#include "cli/native.h"
#include "cli/replayed.h"
#include "shell/options.h"
#include "sweep/shrink.h"

enum { SCENARIO, QUIET, FIRMWARE, QEMU };

static const struct option_spec shrink_options[] = {
    [SCENARIO] = {.name = "scenario",
                  .kind = OPTION_FILE,
                  .argument = "FILE",
                  .help = "the scenario, if it is not in scenarios/"},
    [QUIET] = {.name = "quiet",
               .short_name = 'q',
               .help = "print only the shortest token"},
    [FIRMWARE] = OPTION_ROW_FIRMWARE,
    [QEMU] = OPTION_ROW_QEMU,
    {0},
};

/* Progress goes to stderr: stdout has the token alone. */
static void say_try(void *context, const struct token *token, bool fails)
{
    unsigned *number = context;

    fprintf(stderr, "%u: %s with", ++*number, fails ? "fails" : "passes");
    for (unsigned i = 0; i < token->faults; i++) {
        fprintf(stderr, " %s", token->fault[i]);
    }
    fprintf(stderr, "%s\n", token->faults == 0 ? " no fault" : "");
}

static int print_shortest(const struct shrink *shrink, bool quiet,
                          struct diag *diag)
{
    char *token = malloc(TOKEN_MAX);

    if (token == NULL) {
        return diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory");
    }
    (void)token_print(&shrink->token, token, TOKEN_MAX);
    printf("%s\n", token);
    if (!quiet) {
        fprintf(stderr, "%u faults left after %u runs: expected %s; seen %s\n",
                shrink->token.faults, shrink->runs, shrink->failure.expected,
                shrink->failure.seen);
    }
    free(token);
    return shrink->interrupted ? interrupt_exit() : 0;
}

static int go(const struct options *options, struct diag *diag)
{
    const struct option_value *value = options->value;
    struct replayed replayed;
    struct locations where;
    struct scenario *scenario = NULL;
    unsigned number = 0;
    int err = replayed_read(options->arguments[0], value[SCENARIO].text,
                            &replayed, diag);

    err = err ? err : native_check(&replayed.token, diag);
    err = err ? err : paths_locate(value[FIRMWARE].text, &where, diag);
    err = err ? err : replayed_scenario(&replayed, &where, &scenario, diag);
    if (err == 0) {
        struct run_options run = {.firmware = where.firmware,
                                  .firmware_else = where.firmware_else,
                                  .plugin = where.plugin,
                                  .qemu = value[QEMU].text,
                                  .interrupted = interrupt_watch()};
        struct shrink how = {.scenario = scenario,
                             .run = &run,
                             .token = replayed.token,
                             .tried = value[QUIET].given ? NULL : say_try,
                             .context = &number};

        err = shrink(&how, diag);
        err = err ? err : print_shortest(&how, value[QUIET].given, diag);
    }
    scenario_free(scenario);
    return err;
}

static int run(int argc, char **argv)
{
    struct options options;
    struct diag diag = {.text = ""};
    int code = options_parse(&options, &command_shrink, argc, argv);

    if (code != OPTIONS_GO) {
        return code;
    }
    code = go(&options, &diag);
    return code < 0 ? command_fail(&command_shrink, code, &diag) : code;
}

static const struct command_example examples[] = {
    {"otalab shrink runs/ota-good", "leave out the faults that do not matter"},
    {"otalab shrink 'ol1:ota-good@..'", "the same, by its token"},
    {0},
};

const struct command command_shrink = {
    .name = "shrink",
    .summary = "find the shortest history that fails in the same way",
    .run = run,
    .options = shrink_options,
    .arguments = "TOKEN|FOLDER",
    .arguments_min = 1,
    .arguments_max = 1,
    .completes = COMPLETES_FILES,
    .examples = examples,
    .description =
        "Runs the history again without each of its faults, and then with "
        "simpler ones: a cut before an operation, no reach, words that read as "
        "the cut left them. What fails with the same expectation or rule is "
        "kept. Prints the shortest token. Exit code: 0 if there is one, 2 "
        "usage or scenario error, or it does not fail, 3 the simulator failed, "
        "130 interrupted.",
};
