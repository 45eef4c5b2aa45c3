/* SPDX-License-Identifier: MIT */
#include "cli/cmd_run.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/github.h"
#include "cli/groups.h"
#include "base/clock.h"
#include "base/interrupt.h"
#include "cli/jobs.h"
#include "base/json.h"
#include "machine/machine.h"
#include "cli/native.h"
#include "shell/options.h"
#include "report/outputs.h"
#include "report/meter.h"
#include "report/report.h"
#include "cli/session.h"

enum {
    SEED,
    FAULT,
    AS,
    RECORD,
    REPEAT,
    JOBS,
    FILTER,
    SHARD,
    LIST,
    VERBOSE,
    STORY,
    QUIET,
    JSON,
    TAP,
    JUNIT,
    COLOR,
    HARD,
    VERIFY,
    PCAP,
    NETWORK,
    GDB,
    FIRMWARE,
    QEMU,
    NATIVE,
    FLASH,
    FUSES
};

static const struct option_spec run_options_table[] = {
    [SEED] = {.name = "seed",
              .short_name = 's',
              .kind = OPTION_NUMBER,
              .argument = "N",
              .help = "use this seed instead of the scenario's"},
    [FAULT] = {.name = "fault",
               .short_name = 'f',
               .kind = OPTION_TEXT,
               .argument = "FAULT",
               .repeat = true,
               .help = "add a fault: ACTION@EVENT[,FIELD=VALUE..][,nth=N]"
                       "[,done=40%] or ACTION@TIME"},
    [AS] = OPTION_ROW_AS,
    [RECORD] = {.name = "record",
                .short_name = 'r',
                .kind = OPTION_FILE,
                .argument = "DIR",
                .help = "keep the recording, flash, fuses, log and result of "
                        "each run in DIR/SCENARIO; without this option, those "
                        "of runs that did not pass are kept in runs/"},
    [REPEAT] =
        {.name = "repeat",
         .kind = OPTION_NUMBER,
         .argument = "N",
         .help = "run each scenario N times; all recordings must be identical"},
    [JOBS] = {.name = "jobs",
              .short_name = 'j',
              .kind = OPTION_NUMBER,
              .argument = "N",
              .help =
                  "run N scenarios at once; default: the number of processors"},
    [FILTER] =
        {.name = "filter",
         .short_name = 'k',
         .kind = OPTION_TEXT,
         .argument = "TEXT",
         .repeat = true,
         .help =
             "run only scenarios whose name or title contains TEXT, or matches "
             "it with *, ? or [..]; without SCENARIO, choose from all"},
    [SHARD] =
        {.name = "shard",
         .kind = OPTION_TEXT,
         .argument = "I/N|auto",
         .help =
             "run only the I-th of N parts, divided by a hash of the names; "
             "auto: as the CI system says (GitLab, CircleCI, Buildkite)"},
    [LIST] = {.name = "list",
              .short_name = 'l',
              .help = "print names and titles by folder; run nothing"},
    [VERBOSE] = OPTION_ROW_VERBOSE,
    [STORY] = {.name = "story",
               .help =
                   "tell the story of each scenario even if there are several"},
    [QUIET] = {.name = "quiet",
               .short_name = 'q',
               .help = "print only the result, no story; the default for "
                       "several scenarios"},
    [JSON] = {.name = "json",
              .help = "print results as NDJSON on stdout, no story"},
    [TAP] = {.name = "tap",
             .help = "print results as TAP 13 on stdout, no story"},
    [JUNIT] =
        {.name = "junit",
         .kind = OPTION_FILE,
         .argument = "FILE",
         .help =
             "also write the results as JUnit XML; times are virtual seconds"},
    [COLOR] = OPTION_ROW_COLOR,
    [HARD] = {.name = "hard-cuts",
              .help = "end the QEMU process at every power cut"},
    [VERIFY] = {.name = "verify",
                .help = "read each recording back; it has to end with what the "
                        "devices hold"},
    [PCAP] = {.name = "pcap",
              .kind = OPTION_FILE,
              .argument = "FILE",
              .help = "write the packets of a single scenario's run for "
                      "Wireshark (pcapng)"},
    [NETWORK] = {.name = "network",
                 .help = "let a scenario's network.live name another host"},
    [GDB] = OPTION_ROW_GDB,
    [FIRMWARE] = OPTION_ROW_FIRMWARE,
    [QEMU] = OPTION_ROW_QEMU,
    [NATIVE] = OPTION_ROW_NATIVE,
    [FLASH] = {.name = "flash",
               .kind = OPTION_FILE,
               .argument = "DUMP",
               .help =
                   "begin with this flash and without the scenario's steps; "
                   "exit code 0 if an authentic image runs in the end, "
                   "otherwise 1"},
    [FUSES] = {.name = "fuses",
               .kind = OPTION_FILE,
               .help = "with --flash: the device's fuses; default: those that "
                       "the scenario provisions"},
    {0},
};

static const struct command_example run_examples[] = {
    {"otalab run scenarios/boot/ab-good.yaml", "tell the story of one update"},
    {"otalab run scenarios/", "run all of them, with one line for each"},
    {"otalab run ab-good --fault 'power_cut@flash.program,"
     "partition=journal,nth=2,done=40%'",
     "cut power in the middle of a journal record"},
    {"otalab run ab-good --flash flash.bin --fuses fuses.bin",
     "boot a device from the dump of its flash"},
    {"otalab run --filter power-cut --junit results.xml",
     "run some of them and write a report for a CI system"},
    {0},
};

/* The state of one command line while it is carried out. */
struct runner {
    const struct options *options;
    struct session session;
    struct dump dump;
    struct plan plan;
    struct outputs outputs;
    struct meter meter;
    struct pace pace;
    struct meter_state state;
    bool *runs;   /* by index */
    size_t first; /* no scenario before this one is running */
    size_t running;
    size_t told;
    size_t passed;
    int worst; /* exit code */
};

static void note_code(struct runner *runner, int code)
{
    /* Ctrl-C ranks highest, then simulator error, usage error, replay that
     * differs, failure, time limit */
    const int order[] = {0, 4, 1, 6, 2, 3, interrupt_exit()};
    unsigned now = 0;
    unsigned was = 0;

    for (unsigned i = 0; i < sizeof order / sizeof order[0]; i++) {
        now = order[i] == code ? i : now;
        was = order[i] == runner->worst ? i : was;
    }
    runner->worst = now > was ? code : runner->worst;
}

static void note_error(struct runner *runner, int err, const struct diag *diag)
{
    if (err != 0) {
        note_code(runner, command_fail(&command_run, err, diag));
    }
}

/* Evidence that could not be kept does not hide the verdict. */
static void note_unkept(struct runner *runner, const struct outcome *outcome)
{
    if (outcome->kept_err == 0) {
        return;
    }
    int code =
        command_fail(&command_run, outcome->kept_err, &outcome->kept_error);

    if (outcome_class(outcome) == OUTCOME_ERROR) {
        note_code(runner, code);
    }
}

/* ---- what jobs call ----------------------------------------------------- */

static void work(void *context, size_t index, FILE *out,
                 struct outcome *outcome)
{
    struct runner *runner = context;

    session_run(&runner->session, &runner->plan.item[index], out, outcome);
}

static const char *name_of(void *context, size_t index)
{
    const struct runner *runner = context;

    return runner->plan.item[index].name;
}

static void draw(void *context)
{
    struct runner *runner = context;
    struct meter_state *state = &runner->state;

    while (runner->first < runner->plan.count && !runner->runs[runner->first]) {
        runner->first++;
    }
    state->running =
        runner->running > 0 ? runner->plan.item[runner->first].name : NULL;
    state->more = runner->running > 0 ? runner->running - 1 : 0;
    meter_draw(&runner->meter, state);
}

/* A single scenario without a story: show how far its virtual time is. */
static void draw_time(void *context, uint64_t now_ns)
{
    struct runner *runner = context;

    runner->state.running = runner->plan.item[0].name;
    runner->state.virtual_s = now_ns / 1000000000u;
    if (pace_is_slow(&runner->pace, clock_ms(), now_ns)) {
        meter_hide(&runner->meter);
        fprintf(stderr, "otalab run: slow: the program does little besides "
                        "taking exceptions or accessing timers, NVIC or MPU "
                        "(docs/board.md, E19)\n");
    }
    meter_draw(&runner->meter, &runner->state);
}

static void begun(void *context, size_t index)
{
    struct runner *runner = context;

    runner->runs[index] = true;
    runner->running++;
    runner->first = index < runner->first ? index : runner->first;
}

static void finished(void *context, size_t index, const struct outcome *outcome)
{
    struct runner *runner = context;

    runner->running -= runner->runs[index] ? 1 : 0;
    runner->runs[index] = false;
    runner->state.done++;
    runner->state.bad += outcome_class(outcome) == OUTCOME_PASSED ? 0 : 1;
}

static void text(void *context, size_t index, const char *bytes, size_t length)
{
    struct runner *runner = context;

    (void)index;
    meter_hide(&runner->meter);
    (void)fwrite(bytes, 1, length, stdout); /* main() checks it for errors */
    (void)fflush(stdout);
}

static void done(void *context, size_t index, struct outcome *outcome)
{
    struct runner *runner = context;
    struct plan_item *item = &runner->plan.item[index];

    item->outcome = *outcome;
    meter_hide(&runner->meter);
    (void)fflush(stdout);
    note_error(runner, outcome->err, &outcome->error);
    note_unkept(runner, outcome);
    if (outcome->err == 0) {
        note_code(runner, report_exit_code(outcome->verdict));
    }
    runner->told++;
    runner->passed += outcome_class(outcome) == OUTCOME_PASSED ? 1 : 0;
    outputs_case(&runner->outputs, &runner->plan, index);
}

/* ---- the whole ---------------------------------------------------------- */

static unsigned jobs_at_once(const struct runner *runner)
{
    const struct option_value *value = runner->options->value;
    size_t count = runner->plan.count;
    size_t wanted = value[JOBS].given ? value[JOBS].number : jobs_processors();

    if (count == 1) {
        return 0; /* its story is printed while it runs; no others to protect */
    }
    wanted = value[GDB].given ? 1 : wanted; /* there is only one port */
    return (unsigned)(wanted < count ? wanted : count);
}

/* Print a line for each that did not pass, and the totals, as the very last
 * thing. */
static void sum_up(const struct runner *runner)
{
    for (size_t i = 0; i < runner->plan.count; i++) {
        report_line(stdout, &runner->plan.item[i], runner->session.color);
    }
    printf("%zu passed, %zu failed\n", runner->passed,
           runner->told - runner->passed);
}

static void close_all(struct runner *runner, bool stopped)
{
    bool text = !runner->outputs.json && !runner->outputs.tap;
    struct diag diag = {0};

    meter_hide(&runner->meter);
    if (runner->plan.count > 1 && text) {
        sum_up(runner);
    }
    if (stopped) {
        note_code(runner, interrupt_exit());
        (void)fflush(stdout);
        fprintf(stderr, "otalab run: interrupted, %zu of %zu scenarios run\n",
                runner->told, runner->plan.count);
    }
    note_error(runner,
               outputs_end(&runner->outputs, &runner->plan, stopped, &diag),
               &diag);
}

/* Done once here; otherwise every worker would ask QEMU for its version. Each
 * run reports for itself what is wrong with it. */
static void look_for_qemu(const struct runner *runner)
{
    struct diag ignored = {0};
    char version[32];

    (void)machine_find_qemu(runner->session.qemu, version, &ignored);
}

static void run_all(struct runner *runner)
{
    struct diag diag = {0};
    struct jobs jobs = {
        .count = runner->plan.count,
        .at_once = jobs_at_once(runner),
        .stop = runner->session.interrupted,
        .stop_fd = interrupt_fd(),
        .context = runner,
        .name = name_of,
        .work = work,
        .begun = begun,
        .finished = finished,
        .tick = draw,
        .text = text,
        .done = done,
    };

    look_for_qemu(runner);
    if (jobs.at_once > 0 || !runner->session.story) {
        meter_open(&runner->meter, stderr);
    }
    if (jobs.at_once == 0) {
        runner->session.progress = draw_time;
        runner->session.progress_context = runner;
    }
    jobs.tick_ms = runner->meter.out != NULL ? METER_TICK_MS : -1;
    runner->state.total = jobs.count;
    int err = jobs_run(&jobs, &diag);

    note_error(runner, err, &diag);
    close_all(runner, *runner->session.interrupted != 0);
}

static int check_pcap(const struct runner *runner, struct diag *diag)
{
    return runner->options->value[PCAP].given && runner->plan.count != 1
               ? diag_fail(diag, OTALAB_ERR_USAGE,
                           "--pcap is for a single scenario, and %zu are "
                           "selected; record them, then use 'otalab pcap'",
                           runner->plan.count)
               : 0;
}

static int prepare(struct runner *runner, struct diag *diag)
{
    const struct option_value *record = &runner->options->value[RECORD];
    int err = plan_folders(&runner->plan, record->given ? record->text : "runs",
                           diag);

    runner->runs = calloc(runner->plan.count + 1, sizeof *runner->runs);
    if (err == 0 && runner->runs == NULL) {
        err = diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory");
    }
    return err ? err : outputs_begin(&runner->outputs, &runner->plan, diag);
}

/* ---- what is meant ------------------------------------------------------ */

static void list_json(const struct plan_item *item)
{
    struct json json = json_stream(stdout);

    json_open(&json, NULL, '{');
    json_number(&json, "list", 1);
    json_text(&json, "scenario", item->name);
    json_text(&json, "title", item->title);
    json_text(&json, "file", item->path);
    json_close(&json, '}');
    json_end(&json);
}

/* Print a heading if the item is in another folder than the one before. */
static void list_heading(const struct plan_item *item, char *shown, size_t size)
{
    char folder[512];
    char about[160];

    group_folder(item->path, folder, sizeof folder);
    if (strcmp(folder, shown) == 0) {
        return;
    }
    group_about(folder, about, sizeof about);
    printf("%s%s/%s%s\n", shown[0] != '\0' ? "\n" : "", folder,
           about[0] != '\0' ? ": " : "", about);
    snprintf(shown, size, "%s", folder);
}

static int print_list(struct runner *runner)
{
    char shown[512] = "";
    int width = 0;

    for (size_t i = 0; i < runner->plan.count; i++) {
        int length = (int)strlen(runner->plan.item[i].name);
        width = length > width ? length : width;
    }
    for (size_t i = 0; i < runner->plan.count; i++) {
        const struct plan_item *item = &runner->plan.item[i];

        if (item->outcome.err != 0) {
            (void)fflush(stdout);
            note_error(runner, item->outcome.err, &item->outcome.error);
        } else if (runner->outputs.json) {
            list_json(item);
        } else {
            list_heading(item, shown, sizeof shown);
            printf("  %-*s  %s\n", width, item->name, item->title);
        }
    }
    return runner->worst;
}

/* `all` is the plan before selection. */
static void say_nothing_selected(const struct plan *all,
                                 const struct select *select)
{
    const char *near[3];
    size_t count =
        select->filters > 0 ? plan_near(all, select->filter[0], near, 3) : 0;

    fprintf(stderr, "otalab run: no scenario selected");
    if (select->filters > 0) {
        fprintf(stderr, ": none of %zu matches '%.80s'%s", all->count,
                select->filter[0], select->filters > 1 ? " or the others" : "");
    }
    for (size_t i = 0; i < count; i++) {
        fprintf(stderr, "%s'%s'", i > 0 ? ", " : "; did you mean ", near[i]);
    }
    fprintf(stderr, "%s\n",
            count > 0 ? "?"
            : select->filters > 0
                ? "; use --list to see them"
                : "; name a .yaml file or a folder that contains some");
}

/* 0: go on. If nothing is selected, the exit code is 5; an empty shard does not
 * count, as the other shards have the scenarios. */
static int select_some(struct runner *runner, const struct paths *paths,
                       const struct select *select, struct diag *diag)
{
    size_t matched = 0;
    int err = plan_read(&runner->plan, paths, diag);

    if (err) {
        return err;
    }
    if (!plan_matches(&runner->plan, select)) {
        say_nothing_selected(&runner->plan, select);
        return OTALAB_ERR_EMPTY;
    }
    plan_select(&runner->plan, select, &matched);
    if (runner->plan.count == 0) {
        fprintf(stderr, "otalab run: shard %u/%u has none of %zu scenarios\n",
                select->shard, select->shards, matched);
    }
    return 0;
}

static int collect(const struct options *options, const struct locations *where,
                   struct paths *paths, struct diag *diag)
{
    int err = options->count == 0
                  ? paths_add(paths, where->scenarios, where, diag)
                  : 0;

    for (int i = 0; i < options->count && err == 0; i++) {
        err = paths_add(paths, options->arguments[i], where, diag);
    }
    return err;
}

static int check_options(const struct options *options, struct select *select,
                         struct diag *diag)
{
    const struct option_value *value = options->value;

    if (options->count == 0 && !value[LIST].given && !value[FILTER].given) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "SCENARIO is missing (see 'otalab run --help')");
    }
    if (value[JSON].given && value[TAP].given) {
        return diag_fail(
            diag, OTALAB_ERR_USAGE,
            "--json and --tap both write to stdout; give only one of them");
    }
    if (value[JOBS].given &&
        (value[JOBS].number < 1 || value[JOBS].number > JOBS_MAX)) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "--jobs %s: must be from 1 to %u", value[JOBS].text,
                         JOBS_MAX);
    }
    if (value[REPEAT].given && value[REPEAT].number < 1) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "--repeat %s: must be at least 1", value[REPEAT].text);
    }
    *select = (struct select){.filters = value[FILTER].count,
                              .filter = value[FILTER].texts};
    int err =
        value[SHARD].given ? select_shard(select, value[SHARD].text, diag) : 0;

    if (err == 0 && value[SHARD].given && select->shards == 0) {
        fprintf(stderr, "otalab run: --shard auto: no known CI system tells "
                        "which part; running all\n");
    }
    return err;
}

/* A dump is one device's, and one scenario says what its board is like. */
static int take_dump(struct runner *runner, struct diag *diag)
{
    const struct option_value *value = runner->options->value;

    if (!value[FLASH].given) {
        return value[FUSES].given
                   ? diag_fail(diag, OTALAB_ERR_USAGE,
                               "--fuses needs the --flash of the same device")
                   : 0;
    }
    if (runner->plan.count != 1) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "--flash needs one scenario, not %zu",
                         runner->plan.count);
    }
    runner->session.dump = &runner->dump;
    return dump_read(&runner->dump, value[FLASH].text, value[FUSES].text, diag);
}

static void set_up(struct runner *runner)
{
    const struct option_value *value = runner->options->value;
    bool program = value[JSON].given || value[TAP].given;

    runner->outputs = (struct outputs){
        .json = value[JSON].given,
        .tap = value[TAP].given,
        .junit = value[JUNIT].text,
        .github = github_here(),
    };
    runner->session = (struct session){
        .where = runner->session.where,
        .way = value[AS].text,
        .has_seed = value[SEED].given,
        .seed = value[SEED].number,
        .faults = value[FAULT].count,
        .fault = value[FAULT].texts,
        .repeat = value[REPEAT].number,
        .keep_all = value[RECORD].given,
        .story = !value[QUIET].given && !program,
        .result = !program,
        .color = options_color(value[COLOR].text, stdout),
        .verbose = value[VERBOSE].given,
        .hard_cuts = value[HARD].given,
        .verify = value[VERIFY].given,
        .pcap = value[PCAP].text,
        .live_anywhere = value[NETWORK].given,
        .gdb_port = (int)value[GDB].number,
        .firmware = value[FIRMWARE].text,
        .qemu = value[QEMU].text,
    };
}

/* Returns an exit code, or a negative enum otalab_err with a line in diag. */
static int go(struct runner *runner, struct diag *diag)
{
    const struct option_value *value = runner->options->value;
    struct paths paths = {0};
    struct select select;
    int err = check_options(runner->options, &select, diag);

    err = err ? err : options_port(&value[GDB], diag);
    if (err) {
        return err;
    }
    struct diag missing = {0};
    int unbuilt =
        paths_locate(value[FIRMWARE].text, &runner->session.where, &missing);
    if (unbuilt && !value[LIST].given) {
        *diag = missing;
        return unbuilt;
    }
    set_up(runner);
    err = collect(runner->options, &runner->session.where, &paths, diag);
    err = err ? err : select_some(runner, &paths, &select, diag);
    paths_free(&paths);
    if (err || value[LIST].given) {
        return err ? err : print_list(runner);
    }
    err = take_dump(runner, diag);
    err = err ? err : check_pcap(runner, diag);
    err = err ? err : prepare(runner, diag);
    if (err) {
        return err;
    }
    runner->session.apart = runner->plan.count > 1;
    if (runner->plan.count > 1 && !value[STORY].given &&
        !value[VERBOSE].given) {
        runner->session.story = false;
    }
    runner->session.interrupted = interrupt_watch();
    run_all(runner);
    return runner->worst;
}

static int run(int argc, char **argv)
{
    struct options options;
    struct diag diag = {0};
    struct runner runner = {.options = &options};
    int code = options_parse(&options, &command_run, argc, argv);

    if (code != OPTIONS_GO) {
        return code;
    }
    code = options.value[NATIVE].given ? native_go(&diag) : 0;
    code = code ? code : go(&runner, &diag);
    if (code == OTALAB_ERR_EMPTY) {
        code = -code; /* already reported */
    } else if (code < 0) {
        code = command_fail(&command_run, code, &diag);
    }
    plan_free(&runner.plan);
    dump_free(&runner.dump);
    free(runner.runs);
    return code;
}

const struct command command_run = {
    .name = "run",
    .summary = "run scenarios on the real device programs",
    .run = run,
    .options = run_options_table,
    .arguments = "SCENARIO...",
    .completes = COMPLETES_SCENARIOS,
    .arguments_max = -1,
    .examples = run_examples,
    .description = "A scenario is a YAML file, a folder of them, or a name in "
                   "scenarios/. Exit code: 0 passed, 1 an expectation failed, "
                   "2 usage or scenario error, 3 the simulator failed, 4 time "
                   "limit, 5 nothing selected, 6 runs differ, 130 interrupted.",
};
