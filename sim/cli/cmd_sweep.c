/* SPDX-License-Identifier: MIT */
/* `otalab sweep`: power is cut everywhere. */
#include "cli/cmd_run.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/interrupt.h"
#include "base/paths.h"
#include "base/quantity.h"
#include "cli/jobs.h"
#include "cli/native.h"
#include "cli/sweep_find.h"
#include "cli/sweep_jobs.h"
#include "cli/sweep_out.h"
#include "cli/sweep_twin.h"
#include "machine/machine.h"
#include "report/select.h"
#include "scenario/way.h"
#include "shell/options.h"
#include "sweep/family.h"
#include "sweep/result.h"

#define CHECK_DEFAULT 4u
#define CHECK_MOST 1000000u

enum {
    DEPTH,
    KINDS,
    FAMILY,
    SAMPLE,
    OPS,
    JOBS,
    SHARD,
    CHECK,
    SEED,
    AS,
    FIND,
    JSON,
    HTML,
    JUNIT,
    QUIET,
    COLOR,
    FIRMWARE,
    QEMU,
    NATIVE
};

static const struct option_spec sweep_table[] = {
    [DEPTH] =
        {.name = "depth",
         .short_name = 'd',
         .kind = OPTION_TEXT,
         .argument = "N|closure",
         .help =
             "cut the recovery, too, up to N times in a row; closure: "
             "until that leads to nothing new, at most 16 times; default: 1"},
    [KINDS] = {.name = "kinds",
               .short_name = 'k',
               .kind = OPTION_TEXT,
               .argument = "LIST",
               .help =
                   "how power fails: of power, dip (a brown-out that leaves "
                   "a part of the SRAM) and reset (from outside), with "
                   "commas between, or all; default: power"},
    [FAMILY] = {.name = "family",
                .kind = OPTION_TEXT,
                .argument = "FORM,..",
                .help = "try only these forms of what a cut leaves: before, "
                        "after, cut (between operations), prefix-1, prefix-50, "
                        "prefix-99, bits, word-split, weak, weak-old, disturb, "
                        "zeros-5, zeros-50, all-zero, mix, reads-old, "
                        "reads-new, reads-bits, dip, reset"},
    [SAMPLE] = {.name = "sample",
                .kind = OPTION_NUMBER,
                .argument = "N",
                .help = "besides, try N random forms at each program and "
                        "erase, drawn from --seed; default: 0"},
    [OPS] = {.name = "ops",
             .kind = OPTION_TEXT,
             .argument = "A..B",
             .help = "cut only at positions A to B of the run without a cut; "
                     "A.. goes on to the end"},
    [JOBS] = {.name = "jobs",
              .short_name = 'j',
              .kind = OPTION_NUMBER,
              .argument = "N",
              .help = "divide the work among N processes; default: the number "
                      "of processors"},
    [SHARD] = {.name = "shard",
               .kind = OPTION_TEXT,
               .argument = "I/N|auto",
               .help = "do only the I-th of N parts, to be put together by "
                       "otalab merge; auto: as the CI system says"},
    [CHECK] = {.name = "check",
               .kind = OPTION_NUMBER,
               .argument = "N",
               .help = "check the method with N cases: replayed from "
                       "power-on, without the accelerator, cut between two "
                       "changes, and on the other machine; default: 4"},
    [SEED] = {.name = "seed",
              .short_name = 's',
              .kind = OPTION_NUMBER,
              .argument = "N",
              .help = "chooses these cases, and draws the random forms; "
                      "default: 1"},
    [AS] = OPTION_ROW_AS,
    [FIND] = {.name = "find",
              .kind = OPTION_FILE,
              .argument = "DUMP",
              .help = "instead: say which cut leaves exactly this flash; exit "
                      "code 1 if none does"},
    [JSON] = OPTION_ROW_SWEEP_JSON,
    [HTML] = OPTION_ROW_SWEEP_HTML,
    [JUNIT] = OPTION_ROW_SWEEP_JUNIT,
    [QUIET] = OPTION_ROW_SWEEP_QUIET,
    [COLOR] = OPTION_ROW_COLOR,
    [FIRMWARE] = OPTION_ROW_FIRMWARE,
    [QEMU] = OPTION_ROW_QEMU,
    [NATIVE] = OPTION_ROW_NATIVE,
    {0},
};

/* ---- options -------------------------------------------------------------- */

static int read_depth(const char *text, uint32_t *depth, struct diag *diag)
{
    uint64_t number = 0;

    if (text == NULL) {
        *depth = 1;
        return 0;
    }
    if (strcmp(text, "closure") == 0) {
        *depth = SWEEP_CLOSURE;
        return 0;
    }
    if (quantity_number(text, &number) != QUANTITY_OK || number < 1 ||
        number >= SWEEP_CLOSURE) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "--depth %.40s: must be from 1 to %u, or closure",
                         text, SWEEP_CLOSURE - 1);
    }
    *depth = (uint32_t)number;
    return 0;
}

/* "power,reset", or "all" */
static int read_kinds(const char *text, unsigned *kinds, struct diag *diag)
{
    const char *at = text != NULL ? text : "power";
    bool all = strcmp(at, "all") == 0;
    bool good = true;
    bool more = !all;

    *kinds = all ? RESULT_KINDS : 0;
    while (more && good) {
        size_t length = strcspn(at, ",");
        unsigned kind = result_kind(at, length);

        good = kind != 0;
        *kinds |= kind;
        more = at[length] == ',';
        at += length + 1;
    }
    return good ? 0
                : diag_fail(diag, OTALAB_ERR_USAGE,
                            "--kinds %.40s: must be of power, dip and reset, "
                            "with commas between, or all",
                            text);
}

/* "A..B", "A.." or "A" */
static int read_ops(const char *text, struct sweep_options *options,
                    struct diag *diag)
{
    const char *at = text;
    uint64_t first = 0;
    uint64_t last = UINT32_MAX;

    options->first = 1;
    options->last = UINT32_MAX;
    if (text == NULL) {
        return 0;
    }
    bool good = quantity_digits(&at, 10, &first) == QUANTITY_OK;

    if (good && *at == '\0') {
        last = first;
    } else if (good && strncmp(at, "..", 2) == 0) {
        at += 2;
        good = *at == '\0' || quantity_digits(&at, 10, &last) == QUANTITY_OK;
    }
    if (!good || *at != '\0' || first < 1 || last < first ||
        last > UINT32_MAX) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "--ops %.40s: must be a range of positions, counted "
                         "from 1, such as 10..20 or 10..",
                         text);
    }
    options->first = (uint32_t)first;
    options->last = (uint32_t)last;
    return 0;
}

static int read_shard(const char *text, struct sweep_options *options,
                      struct diag *diag)
{
    struct select select = {0};
    int err = text != NULL ? select_shard(&select, text, diag) : 0;

    options->shards = select.shards > 0 ? select.shards : 1;
    options->shard = select.shards > 0 ? select.shard - 1 : 0;
    return err;
}

static int read_number(const struct option_value *value, const char *name,
                       uint64_t least, uint64_t most, uint64_t other,
                       uint64_t *out, struct diag *diag)
{
    *out = value->given ? value->number : other;
    return *out >= least && *out <= most
               ? 0
               : diag_fail(diag, OTALAB_ERR_USAGE,
                           "--%s %.40s: must be from %" PRIu64 " to %" PRIu64,
                           name, value->text, least, most);
}

static int read_family(const char *text, struct sweep_options *options,
                       struct diag *diag)
{
    size_t length = 0;
    const char *unknown = family_unknown(text, &length);

    options->family = text;
    if (unknown != NULL) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "--family: there is no form '%.*s'; --help lists them",
                         (int)(length < 40 ? length : 40), unknown);
    }
    return text == NULL ||
                   strlen(text) < sizeof(((struct sweep_result *)0)->family)
               ? 0
               : diag_fail(diag, OTALAB_ERR_USAGE,
                           "--family: too long; name each form once");
}

static int read_options(const struct option_value *value,
                        struct sweep_jobs *jobs, struct diag *diag)
{
    struct sweep_options *options = &jobs->options;
    uint64_t check = 0;
    uint64_t at_once = 0;
    uint64_t sample = 0;
    int err = read_depth(value[DEPTH].text, &options->depth, diag);

    err = err ? err : read_kinds(value[KINDS].text, &options->kinds, diag);
    err = err ? err : read_family(value[FAMILY].text, options, diag);
    err = err ? err : read_ops(value[OPS].text, options, diag);
    err = err ? err : read_shard(value[SHARD].text, options, diag);
    err = err ? err
              : read_number(&value[SAMPLE], "sample", 0, SWEEP_SAMPLE_MAX, 0,
                            &sample, diag);
    err = err ? err
              : read_number(&value[JOBS], "jobs", 1, JOBS_MAX,
                            jobs_processors(), &at_once, diag);
    err = err ? err
              : read_number(&value[CHECK], "check", 0, CHECK_MOST,
                            CHECK_DEFAULT, &check, diag);
    err = err ? err
              : read_number(&value[SEED], "seed", 0, INT64_MAX, 1,
                            &options->seed, diag);
    jobs->jobs = (unsigned)at_once;
    options->check = (uint32_t)check;
    options->sample = (uint32_t)sample;
    return err;
}

static int one_path(const struct paths *paths, const char *argument,
                    struct diag *diag)
{
    return paths->count == 1
               ? 0
               : diag_fail(diag, OTALAB_ERR_USAGE,
                           "%.200s: names %zu scenarios; a sweep takes one",
                           argument, paths->count);
}

/* ---- what is left to do ------------------------------------------------------ */

static bool is_open(const struct sweep_position *position)
{
    for (unsigned i = 0; i < position->effects; i++) {
        if (position->effect[i].end == SWEEP_OPEN) {
            return true;
        }
    }
    return false;
}

/* The positions with cuts that were not run. Those of another shard are among
 * them, so the command repeats --shard. */
static void say_how_to_go_on(const struct sweep_result *result)
{
    const struct sweep *sweep = &result->sweep;
    struct sweep_result rest = *result;
    char command[512];

    rest.first = 0;
    for (size_t i = 0; i < sweep->positions; i++) {
        if (is_open(&sweep->position[i])) {
            rest.first = rest.first == 0 ? (uint32_t)i + 1 : rest.first;
            rest.last = (uint32_t)i + 1;
        }
    }
    if (rest.first == 0 || sweep->counts.open == 0) {
        rest.first = result->first;
        rest.last = result->last;
    }
    result_command(&rest, command, sizeof command);
    fprintf(stderr,
            "otalab sweep: interrupted after %" PRIu64
            " boots; for what is missing: %s\n",
            sweep->counts.boots, command);
}

/* ---- the whole ------------------------------------------------------------------ */

/* A run with QEMU takes as long as hundreds of native ones. */
static int check_machine(const struct options *options,
                         const struct sweep_jobs *jobs,
                         struct sweep_result *result, struct diag *diag)
{
    uint32_t check = jobs->options.check;
    struct sweep_twin twin = {.firmware = options->value[FIRMWARE].text,
                              .qemu = options->value[QEMU].text,
                              .cases =
                                  machine_is_native() ? (check + 3) / 4 : check,
                              .stop = jobs->options.run->interrupted};

    return result->sweep.interrupted ? 0 : sweep_twin(&twin, result, diag);
}

static int sweep_it(const struct options *options, struct sweep_jobs *jobs,
                    struct sweep_result *result, struct diag *diag)
{
    const struct option_value *value = options->value;
    struct sweep_out out = {.json = value[JSON].text,
                            .html = value[HTML].text,
                            .junit = value[JUNIT].text,
                            .quiet = value[QUIET].given,
                            .color = options_color(value[COLOR].text, stdout),
                            .firmware = value[FIRMWARE].text};
    int err = sweep_jobs_run(jobs, result, diag);

    if (err && jobs->options.run->interrupted != NULL &&
        *jobs->options.run->interrupted) {
        fprintf(stderr, "otalab sweep: no result: %s\n", diag->text);
        return interrupt_exit();
    }
    err = err ? err : check_machine(options, jobs, result, diag);
    err = err ? err : sweep_out(&out, result, diag);
    if (err) {
        return err;
    }
    if (result->sweep.interrupted) {
        say_how_to_go_on(result);
    }
    return sweep_exit_code(result);
}

/* Returns an exit code, or a negative enum otalab_err with a line in diag. */
static int go(const struct options *options, struct diag *diag)
{
    const struct option_value *value = options->value;
    struct paths paths = {.count = 0};
    struct locations where;
    struct scenario *scenario = NULL;
    struct sweep_result result = {0};
    struct sweep_jobs jobs = {.options = {.shards = 1}};
    char version[32];
    int err = read_options(value, &jobs, diag);

    err = err ? err : paths_locate(value[FIRMWARE].text, &where, diag);
    err = err ? err : paths_add(&paths, options->arguments[0], &where, diag);
    err = err ? err : one_path(&paths, options->arguments[0], diag);
    err = err ? err : scenario_read(paths.path[0], &scenario, diag);
    if (err == 0 && value[AS].given) {
        err = scenario_as(scenario, value[AS].text, diag);
    }
    err = err ? err : machine_find_qemu(value[QEMU].text, version, diag);
    if (err == 0) {
        struct run_options run = {.firmware = where.firmware,
                                  .firmware_else = where.firmware_else,
                                  .plugin = where.plugin,
                                  .qemu = value[QEMU].text,
                                  .interrupted = interrupt_watch()};

        jobs.scenario = scenario;
        jobs.options.run = &run;
        err = value[FIND].given
                  ? sweep_find(scenario, &jobs.options, value[FIND].text, diag)
                  : sweep_it(options, &jobs, &result, diag);
    }
    result_free(&result);
    scenario_free(scenario);
    paths_free(&paths);
    return err;
}

static int run(int argc, char **argv)
{
    struct options options;
    struct diag diag = {.text = ""};
    int code = options_parse(&options, &command_sweep, argc, argv);

    if (code != OPTIONS_GO) {
        return code;
    }
    code = options.value[NATIVE].given ? native_go(&diag) : 0;
    code = code ? code : go(&options, &diag);
    return code < 0 ? command_fail(&command_sweep, code, &diag) : code;
}

static const struct command_example examples[] = {
    {"otalab sweep ota-small", "cut power once at every operation"},
    {"otalab sweep ota-small --native", "the same without QEMU, and fast"},
    {"otalab sweep ota-small --depth 2 --ops 100..120",
     "cut twice, first at one of these positions"},
    {"otalab sweep ota-small --shard 1/4 --json 1.json",
     "do a quarter of it, for otalab merge"},
    {"otalab sweep ota-small --html sweep.html",
     "write a page that shows each position"},
    {0},
};

const struct command command_sweep = {
    .name = "sweep",
    .summary = "cut power at every operation of a scenario",
    .run = run,
    .options = sweep_table,
    .arguments = "SCENARIO",
    .arguments_min = 1,
    .arguments_max = 1,
    .completes = COMPLETES_SCENARIOS,
    .examples = examples,
    .description =
        "At each lasting change of the scenario, power fails in each of a "
        "number of ways, and the device has to recover. Exit code: 0 all do, 1 "
        "a case fails, 2 usage or scenario error, 3 the simulator failed or a "
        "replayed case differs, 130 interrupted. docs/sweep.md explains the "
        "report.",
};
