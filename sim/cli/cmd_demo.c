/* SPDX-License-Identifier: MIT */
/*
 * The first thing a newcomer sees: three updates over the air, told as they
 * run. They are ordinary scenarios; the text around them is here.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd_run.h"
#include "base/interrupt.h"
#include "shell/options.h"
#include "base/paths.h"
#include "report/report.h"

enum { VERBOSE, COLOR };

static const struct option_spec demo_options[] = {
    [VERBOSE] = OPTION_ROW_VERBOSE,
    [COLOR] = OPTION_ROW_COLOR,
    {0},
};

static const struct command_example demo_examples[] = {
    {"otalab demo",
     "watch one update succeed, one fail and one survive a power cut"},
    {0},
};

static const struct chapter {
    const char *scenario;
    const char *begins;
    const char *showed;
} chapters[] = {
    {"ota-good", "1. A good update: 256 KiB at 60 kbit/s, tried and confirmed",
     "The bootloader ran nothing that it had not verified itself, and kept "
     "the old\nversion until the new one had proved that it works."},
    {"ota-rejected-week",
     "2. A bad update: it crashes at every start and is offered for a week",
     "After three attempts the device went back to the old version and told "
     "its\n"
     "server why. It polled for a week and did not download the update again."},
    {"ota-unplugged",
     "3. The plug is pulled for half a minute in the middle of a download",
     "The flash operation in flight was torn. The device noticed, and "
     "continued "
     "from\nits last record."},
};

/* ---- what came twice ---------------------------------------------------- */

/* Reads a recording from its beginning. */
struct recount {
    uint64_t next;  /* a block that was not requested before */
    bool again;     /* the newest request is for an earlier block */
    uint64_t twice; /* bytes in the answers to such requests */
};

/* Reads the number after `words` in a line of a recording; false if there is
 * none. */
static bool number_behind(const char *line, const char *words, uint64_t *number)
{
    const char *at = strstr(line, words);

    if (at == NULL) {
        return false;
    }
    *number = strtoull(at + strlen(words), NULL, 10);
    return true;
}

static void recount_line(struct recount *recount, const char *line)
{
    uint64_t number;

    if (number_behind(line,
                      "\"server.request\",\"resource\":\"image\",\"block\":",
                      &number)) {
        recount->again = number < recount->next;
        recount->next = recount->again ? recount->next : number + 1;
    } else if (recount->again && strstr(line, "\"server.answer\"") != NULL) {
        recount->twice +=
            number_behind(line, "\"length\":", &number) ? number : 0;
        recount->again = false;
    }
}

static uint64_t sent_twice(const struct recording *recording)
{
    struct recount recount = {0};
    char line[1024];
    size_t at = 0;

    while (at < recording->length) {
        const char *begin = recording->bytes + at;
        const char *end = memchr(begin, '\n', recording->length - at);
        size_t length =
            end != NULL ? (size_t)(end - begin) : recording->length - at;

        snprintf(line, sizeof line, "%.*s", (int)length, begin);
        recount_line(&recount, line);
        at += length + 1;
    }
    return recount.twice;
}

/* ---- a chapter ---------------------------------------------------------- */

static void tell_end(const struct chapter *chapter,
                     const struct run_result *result)
{
    uint64_t twice = sent_twice(&result->recording);

    printf("%s", chapter->showed);
    if (twice > 0) {
        printf(" Only %" PRIu64 " bytes came over the air twice.", twice);
    }
    printf("\n");
}

static int tell(const struct chapter *chapter, const struct locations *where,
                bool verbose, bool color, struct diag *diag)
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
    int err = paths_add_named(&paths, chapter->scenario, where, diag);

    err = err ? err : scenario_read(paths.path[0], &scenario, diag);
    err = err ? err : run_scenario(scenario, &options, &result, diag);
    if (err == 0) {
        report_result(stdout, scenario, &result, &how, color);
        code = report_exit_code(result.verdict);
        if (result.verdict == RUN_PASSED) {
            tell_end(chapter, &result);
        }
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

    printf("\nWhat next? Cut power once more, while the device records its "
           "progress:\n"
           "  %s run ota-unplugged --fault "
           "'power_cut@flash.program,partition=progress,nth=40,done=40%%'\n"
           "Run all scenarios, with one line for each, or read the help:\n"
           "  %s run -q %s\n"
           "  %s help\n"
           "Step through an update, go back, and break it yourself:\n"
           "  %s tui ota-unplugged\n",
           program, program, where->scenarios, program, program);
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
        printf("%s%s\n\n", i > 0 ? "\n" : "", chapters[i].begins);
        int one = tell(&chapters[i], &where, options.value[VERBOSE].given,
                       color, &diag);
        code = one != 0 ? one : code;
        fflush(stdout);
        if (*interrupt_watch() != 0) {
            return one;
        }
    }
    tell_next(&where);
    return code;
}

const struct command command_demo = {
    .name = "demo",
    .summary = "watch three updates over the air: good, bad, unplugged",
    .run = demo_run,
    .options = demo_options,
    .examples = demo_examples,
};
