/* SPDX-License-Identifier: MIT */
#include "cli/cmd_run.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/interrupt.h"
#include "cli/options.h"
#include "cli/paths.h"
#include "cli/report.h"

enum {
    SEED,
    FAULT,
    RECORD,
    REPEAT,
    VERBOSE,
    QUIET,
    JSON,
    COLOR,
    HARD,
    GDB,
    FIRMWARE,
    QEMU
};

static const struct option_spec run_options_table[] = {
    [SEED] = {.name = "seed",
              .short_name = 's',
              .kind = OPTION_NUMBER,
              .argument = "N",
              .help = "another seed than the scenario's"},
    [FAULT] = {.name = "fault",
               .short_name = 'f',
               .kind = OPTION_TEXT,
               .argument = "FAULT",
               .repeat = true,
               .help = "add a fault: ACTION@EVENT[,FIELD=VALUE..][,nth=N]"
                       "[,done=40%] or ACTION@TIME"},
    [RECORD] = {.name = "record",
                .short_name = 'r',
                .kind = OPTION_FILE,
                .argument = "DIR",
                .help = "keep recording, flash, fuses and log of each run in "
                        "DIR/SCENARIO; failed runs are always kept, in runs/"},
    [REPEAT] = {.name = "repeat",
                .kind = OPTION_NUMBER,
                .argument = "N",
                .help = "run N times; all recordings must be equal"},
    [VERBOSE] = OPTION_ROW_VERBOSE,
    [QUIET] = {.name = "quiet",
               .short_name = 'q',
               .help = "no story, a line for each scenario"},
    [JSON] = {.name = "json", .help = "results as NDJSON on stdout, no story"},
    [COLOR] = OPTION_ROW_COLOR,
    [HARD] = {.name = "hard-cuts",
              .help = "end the QEMU process at every power cut"},
    [GDB] = OPTION_ROW_GDB,
    [FIRMWARE] = OPTION_ROW_FIRMWARE,
    [QEMU] = OPTION_ROW_QEMU,
    {0},
};

static const struct command_example run_examples[] = {
    {"otalab run scenarios/ab-good.yaml", "tell the story of one update"},
    {"otalab run -q scenarios/", "all of them, a line each"},
    {"otalab run ab-good --fault 'power_cut@flash.program,"
     "partition=journal,nth=2,done=40%'",
     "pull the plug in the middle of a journal record"},
    {0},
};

/* What all runs of one command line share. */
struct session {
    const struct options *options;
    struct locations where;
    bool color;
    bool story;
    bool many;
    const volatile sig_atomic_t *interrupted;
    size_t done;
    size_t passed;
    int worst; /* exit code */
};

static void note_code(struct session *session, int code)
{
    /* Ctrl-C outweighs all, then an error of the simulator, usage, a replay
     * that differs, failure, limit */
    static const int order[] = {0, 4, 1, 6, 2, 3, INTERRUPT_EXIT};
    unsigned now = 0;
    unsigned was = 0;

    for (unsigned i = 0; i < sizeof order / sizeof order[0]; i++) {
        now = order[i] == code ? i : now;
        was = order[i] == session->worst ? i : was;
    }
    session->worst = now > was ? code : session->worst;
}

static int session_fail(struct session *session, int err,
                        const struct diag *diag)
{
    note_code(session, command_fail(&command_run, err, diag));
    return err;
}

static int read_scenario(struct session *session, const char *path,
                         struct scenario **scenario, struct diag *diag)
{
    const struct option_value *value = session->options->value;
    int err = scenario_read(path, scenario, diag);

    if (err) {
        return err;
    }
    if (value[SEED].given) {
        (*scenario)->seed = value[SEED].number;
    }
    for (unsigned i = 0; i < value[FAULT].count && err == 0; i++) {
        err = scenario_add_fault(*scenario, value[FAULT].texts[i], diag);
    }
    if (err) {
        scenario_free(*scenario);
        *scenario = NULL;
    }
    return err;
}

static int keep_evidence(const struct session *session,
                         const struct scenario *scenario,
                         const struct run_result *result, struct diag *diag)
{
    const struct option_value *record = &session->options->value[RECORD];
    char folder[1024];

    if (!record->given && result->verdict == RUN_PASSED) {
        return 0;
    }
    snprintf(folder, sizeof folder, "%s/%s",
             record->given ? record->text : "runs", scenario->name);
    int err = report_evidence(folder, result, diag);
    if (err == 0 && !session->options->value[JSON].given) {
        printf("  evidence %s/\n", folder);
    }
    return err;
}

static int run_once(struct session *session, const struct scenario *scenario,
                    struct run_result *result, bool first, struct diag *diag)
{
    const struct option_value *value = session->options->value;
    struct run_options options = {
        .firmware = session->where.firmware,
        .firmware_else = session->where.firmware_else,
        .plugin = session->where.plugin,
        .qemu = value[QEMU].text,
        .story = session->story && first ? stdout : NULL,
        .verbose = value[VERBOSE].given,
        .color = session->color,
        .hard_cuts = value[HARD].given,
        .faults = value[FAULT].count,
        .fault = value[FAULT].texts,
        .gdb_port = options_port(&value[GDB]),
        .interrupted = session->interrupted,
    };

    return run_scenario(scenario, &options, result, diag);
}

/* Further runs have to give the very same recording. */
static int run_again(struct session *session, const struct scenario *scenario,
                     const struct run_result *first, struct diag *diag)
{
    uint64_t times = session->options->value[REPEAT].number;
    int err = 0;

    for (uint64_t i = 1; i < times && err == 0; i++) {
        struct run_result again;

        err = run_once(session, scenario, &again, false, diag);
        if (again.verdict == RUN_INTERRUPTED) {
            note_code(session, INTERRUPT_EXIT);
            times = 0;
        } else if (err == 0 && (strcmp(again.token.recording,
                                       first->token.recording) != 0 ||
                                memcmp(again.world, first->world,
                                       sizeof again.world) != 0)) {
            err = diag_fail(diag, OTALAB_ERR_REPLAY,
                            "%s: run %" PRIu64 " differs in recording or "
                            "world: recording %s, "
                            "the first gave %s",
                            scenario->name, i + 1, again.token.recording,
                            first->token.recording);
        }
        run_result_free(&again);
    }
    return err;
}

static void tell_result(const struct session *session,
                        const struct scenario *scenario,
                        const struct run_result *result)
{
    const struct option_value *value = session->options->value;
    struct report_how how = {
        .by_file =
            !paths_is_named(scenario->name, scenario->path, &session->where),
        .firmware = value[FIRMWARE].text,
        .qemu = value[QEMU].text,
    };

    if (value[JSON].given) {
        report_json(stdout, scenario, result);
    } else {
        report_result(stdout, scenario, result, &how, session->color);
    }
}

/* The simulator failed in the middle of a run: what there is, is kept. */
static void keep_rest(struct session *session, const struct scenario *scenario,
                      const struct run_result *result)
{
    struct diag diag = {0};
    int err = 0;

    if (result->recording.length > 0) {
        err = keep_evidence(session, scenario, result, &diag);
    }
    if (err) {
        session_fail(session, err, &diag);
    }
}

static void run_read(struct session *session, const struct scenario *scenario)
{
    struct diag diag = {0};
    struct run_result result;
    int err = run_once(session, scenario, &result, true, &diag);

    if (err) {
        session_fail(session, err, &diag);
        keep_rest(session, scenario, &result);
    } else {
        tell_result(session, scenario, &result);
        note_code(session, report_exit_code(result.verdict));
        err = keep_evidence(session, scenario, &result, &diag);
        err = err ? err : run_again(session, scenario, &result, &diag);
        if (err) {
            session_fail(session, err, &diag);
        } else {
            session->passed += result.verdict == RUN_PASSED ? 1 : 0;
        }
    }
    run_result_free(&result);
}

static void run_file(struct session *session, const char *path)
{
    struct diag diag = {0};
    struct scenario *scenario = NULL;
    int err = read_scenario(session, path, &scenario, &diag);

    session->done++;
    if (err) {
        session_fail(session, err, &diag);
        return;
    }
    if (session->story) {
        printf("%s%s\n", session->many ? "\n" : "", scenario->title);
    }
    run_read(session, scenario);
    fflush(stdout);
    scenario_free(scenario);
}

static void run_all(struct session *session, const struct paths *paths)
{
    session->many = paths->count > 1;
    for (size_t i = 0; i < paths->count && !*session->interrupted; i++) {
        run_file(session, paths->path[i]);
    }
    if (*session->interrupted) {
        note_code(session, INTERRUPT_EXIT);
        fprintf(stderr, "otalab run: interrupted, %zu of %zu scenarios run\n",
                session->done, paths->count);
    } else if (session->many && !session->options->value[JSON].given) {
        printf("%zu passed, %zu failed\n", session->passed,
               session->done - session->passed);
    }
}

static int run(int argc, char **argv)
{
    struct options options;
    struct diag diag = {0};
    struct paths paths = {0};
    int code = options_parse(&options, &command_run, argc, argv);

    if (code != OPTIONS_GO) {
        return code;
    }
    struct session session = {.options = &options};
    int err = paths_locate(options.value[FIRMWARE].text, &session.where, &diag);
    for (int i = 0; i < options.count && err == 0; i++) {
        err = paths_add(&paths, options.arguments[i], &session.where, &diag);
    }
    if (err) {
        paths_free(&paths);
        return command_fail(&command_run, err, &diag);
    }
    session.color = options_color(options.value[COLOR].text, stdout);
    session.story = !options.value[QUIET].given && !options.value[JSON].given;
    session.interrupted = interrupt_watch();
    run_all(&session, &paths);
    code = paths.count == 0 ? 5 : session.worst;
    if (paths.count == 0) {
        fprintf(stderr, "otalab run: no scenario selected\n");
    }
    paths_free(&paths);
    return code;
}

const struct command command_run = {
    .name = "run",
    .summary = "run scenarios on the real device programs",
    .run = run,
    .options = run_options_table,
    .arguments = "SCENARIO...",
    .completes = COMPLETES_SCENARIOS,
    .arguments_min = 1,
    .arguments_max = -1,
    .examples = run_examples,
    .description =
        "A scenario is a YAML file, a folder of them, or a name in "
        "scenarios/. Exit code: 0 passed, 1 an expectation failed, 2 usage "
        "or scenario error, 3 the simulator failed, 4 time limit, 5 nothing "
        "selected, 6 runs differ, 130 interrupted.",
};
