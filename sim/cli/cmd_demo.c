/* SPDX-License-Identifier: MIT */
/* The first thing a newcomer sees: three short stories, told as they run. */
#include <errno.h>
#include <stdio.h>

#include "cli/cmd_run.h"
#include "cli/interrupt.h"
#include "cli/options.h"
#include "cli/paths.h"
#include "cli/report.h"

enum { VERBOSE, COLOR };

static const struct option_spec demo_options[] = {
    [VERBOSE] = OPTION_ROW_VERBOSE,
    [COLOR] = OPTION_ROW_COLOR,
    {0},
};

static const struct command_example demo_examples[] = {
    {"otalab demo", "watch updates succeed, fail and survive a power cut"},
    {0},
};

static const struct {
    const char *scenario;
    const char *says;
} chapters[] = {
    {"ab-good", "1. A good update: tried once, healthy, confirmed"},
    {"ab-bad", "2. A bad update: it never starts, so after three attempts "
               "the old version is back"},
    {"power-cut-confirm", "3. The plug is pulled while the bootloader writes "
                          "that the update is confirmed"},
};

static int tell(const char *name, const struct locations *where, bool verbose,
                bool color, struct diag *diag)
{
    struct paths paths = {0};
    struct scenario *scenario = NULL;
    struct run_result result = {0};
    struct run_options options = {.firmware = where->firmware,
                                  .firmware_else = where->firmware_else,
                                  .plugin = where->plugin,
                                  .story = stdout,
                                  .verbose = verbose,
                                  .color = color,
                                  .interrupted = interrupt_watch()};
    struct report_how how = {0};
    int code = 0;
    int err = paths_add_named(&paths, name, where, diag);

    err = err ? err : scenario_read(paths.path[0], &scenario, diag);
    err = err ? err : run_scenario(scenario, &options, &result, diag);
    if (err == 0) {
        report_result(stdout, scenario, &result, &how, color);
        code = report_exit_code(result.verdict);
    } else {
        code = command_fail(&command_demo, err, diag);
    }
    run_result_free(&result);
    scenario_free(scenario);
    paths_free(&paths);
    return code;
}

static void tell_next(const struct locations *where)
{
    const char *program = program_invocation_name;

    printf("\nWhat next:\n"
           "  %s run -v power-cut-journal\n"
           "      every operation of a power cut in the boot journal\n"
           "  %s run -q %s\n"
           "      every story, a line each\n"
           "  %s help\n"
           "      everything else; the README pulls the plug by hand\n",
           program, program, where->scenarios, program);
}

static int demo_run(int argc, char **argv)
{
    struct options options;
    struct locations where;
    struct diag diag = {0};
    int code = options_parse(&options, &command_demo, argc, argv);

    if (code != OPTIONS_GO) {
        return code;
    }
    int err = paths_locate(NULL, &where, &diag);
    if (err) {
        return command_fail(&command_demo, err, &diag);
    }
    bool color = options_color(options.value[COLOR].text, stdout);
    code = 0;
    for (size_t i = 0; i < sizeof chapters / sizeof chapters[0]; i++) {
        printf("%s%s\n\n", i > 0 ? "\n" : "", chapters[i].says);
        int one = tell(chapters[i].scenario, &where,
                       options.value[VERBOSE].given, color, &diag);
        code = one != 0 ? one : code;
        fflush(stdout);
        if (one == INTERRUPT_EXIT) {
            return one;
        }
    }
    tell_next(&where);
    return code;
}

const struct command command_demo = {
    .name = "demo",
    .summary = "watch three updates: good, bad, and with the plug pulled",
    .run = demo_run,
    .options = demo_options,
    .examples = demo_examples,
};
