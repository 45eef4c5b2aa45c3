/* SPDX-License-Identifier: MIT */
/* `otalab compare`: one update under each way to make it. */
#include "cli/cmd_run.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/interrupt.h"
#include "base/paths.h"
#include "cli/compare_runs.h"
#include "cli/estimate_say.h"
#include "cli/jobs.h"
#include "cli/native.h"
#include "report/compare_html.h"
#include "report/compare_text.h"
#include "shell/options.h"
#include "sweep/family.h"

#define ROLLOUTS 1000u
#define STANDARD "compare-standard"
#define WEAR "compare-wear"

enum {
    FLEET,
    CUT_RATE,
    WITHIN,
    SERVICE,
    SEED,
    FAMILY,
    JOBS,
    FLASH,
    JSON,
    HTML,
    VERBOSE,
    FIRMWARE
};

static const struct option_spec table[] = {
    [FLEET] = {.name = "fleet",
               .kind = OPTION_NUMBER,
               .argument = "N",
               .help = "also calculate the bricks of a fleet of N devices"},
    [CUT_RATE] = {.name = "cut-rate",
                  .kind = OPTION_CHANCE,
                  .help = "with --fleet: devices whose power fails in the time "
                          "that --within says; default 0.1%"},
    [WITHIN] = {.name = "within",
                .kind = OPTION_TIME,
                .help = "with --fleet: that time; default 60s"},
    [SERVICE] = {.name = "service-call",
                 .kind = OPTION_MONEY,
                 .help = "with --fleet: cost of repairing a bricked device; "
                         "default 200"},
    [SEED] = {.name = "seed",
              .short_name = 's',
              .kind = OPTION_NUMBER,
              .argument = "N",
              .help = "with --fleet: decides its 1000 simulated rollouts; "
                      "default 1"},
    [FAMILY] = {.name = "family",
                .kind = OPTION_TEXT,
                .argument = "FORM,..",
                .help = "cut power only in these forms, as otalab sweep "
                        "does; default: all"},
    [JOBS] = {.name = "jobs",
              .short_name = 'j',
              .kind = OPTION_NUMBER,
              .argument = "N",
              .help = "divide each sweep among N processes; default: the "
                      "number of processors"},
    [FLASH] = {.name = "flash",
               .help = "compare flash parts instead: two slots, in each"},
    [JSON] = {.name = "json",
              .kind = OPTION_FILE,
              .argument = "FILE",
              .help = "also write the result as JSON"},
    [HTML] = {.name = "html",
              .kind = OPTION_FILE,
              .argument = "FILE",
              .help = "also write it as one HTML page that needs no network"},
    [VERBOSE] = {.name = "verbose",
                 .short_name = 'v',
                 .help = "list every position at which a cut can be fatal"},
    [FIRMWARE] = OPTION_ROW_FIRMWARE,
    {0},
};

/* ---- options -------------------------------------------------------------- */

static int read_fleet(const struct options *options, struct compare *compare,
                      struct diag *diag)
{
    static const unsigned needing[] = {CUT_RATE, WITHIN, SERVICE, SEED};
    struct fleet_figures *fleet = &compare->fleet;

    if (!options->value[FLEET].given) {
        for (unsigned i = 0; i < sizeof needing / sizeof needing[0]; i++) {
            if (options->value[needing[i]].given) {
                return diag_fail(diag, OTALAB_ERR_USAGE,
                                 "--%s: means nothing without --fleet",
                                 table[needing[i]].name);
            }
        }
        return 0;
    }
    *fleet = fleet_defaults;
    fleet->devices = options->value[FLEET].number;
    fleet->cut_ppm = figure(options, CUT_RATE, fleet->cut_ppm);
    fleet->window_ns = figure(options, WITHIN, fleet->window_ns);
    compare->seed = figure(options, SEED, 1);
    compare->runs = ROLLOUTS;
    if (fleet->devices == 0) {
        return diag_fail(diag, OTALAB_ERR_USAGE, "--fleet 0: no device");
    }
    return figure_cents(options, SERVICE, fleet->service_cents,
                        &fleet->service_cents, diag);
}

static int read_options(const struct options *options,
                        struct compare_runs *runs, struct diag *diag)
{
    const struct option_value *jobs = &options->value[JOBS];
    size_t length = 0;
    const char *unknown = family_unknown(options->value[FAMILY].text, &length);

    runs->family = options->value[FAMILY].text;
    runs->jobs = jobs->given ? (unsigned)jobs->number : jobs_processors();
    if (unknown != NULL) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "--family: there is no form '%.*s'; 'otalab sweep "
                         "--help' lists them",
                         (int)(length < 40 ? length : 40), unknown);
    }
    return !jobs->given || (jobs->number >= 1 && jobs->number <= JOBS_MAX)
               ? 0
               : diag_fail(diag, OTALAB_ERR_USAGE,
                           "--jobs %.40s: must be from 1 to %u", jobs->text,
                           JOBS_MAX);
}

/* ---- the result ------------------------------------------------------------- */

static int write_to(const char *path, const struct compare *compare,
                    void (*write)(FILE *out, const struct compare *compare),
                    struct diag *diag)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = path != NULL ? open_memstream(&text, &size) : NULL;
    int err = 0;

    if (path == NULL) {
        return 0;
    }
    if (out != NULL) {
        write(out, compare);
    }
    err = out == NULL || fclose(out) != 0
              ? diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory")
              : file_write(path, text, size, diag);
    free(text);
    return err;
}

static int fleet(struct compare *compare, struct diag *diag)
{
    int err = compare->fleet.devices > 0 ? compare_fleet(compare) : 0;

    return err ? diag_fail(diag, OTALAB_ERR_USAGE, "--fleet: %s",
                           estimate_strerror(err))
               : 0;
}

static int tell(const struct options *options, const struct compare *compare,
                struct diag *diag)
{
    compare_text(stdout, compare, options->value[VERBOSE].given);
    int err = write_to(options->value[JSON].text, compare, compare_json, diag);

    return err ? err
               : write_to(options->value[HTML].text, compare, compare_html,
                          diag);
}

/* ---- the whole ---------------------------------------------------------------- */

static int name(const char *path, struct compare *compare, struct diag *diag)
{
    struct scenario *scenario = NULL;
    int err = scenario_read(path, &scenario, diag);

    if (err == 0) {
        snprintf(compare->scenario, sizeof compare->scenario, "%s",
                 scenario->name);
        snprintf(compare->title, sizeof compare->title, "%s", scenario->title);
    }
    scenario_free(scenario);
    return err;
}

static int go(const struct options *options, struct diag *diag)
{
    const char *argument =
        options->count > 0 ? options->arguments[0] : STANDARD;
    struct paths paths = {.count = 0};
    struct paths wear = {.count = 0};
    struct locations where;
    struct compare *compare = calloc(1, sizeof *compare);
    struct compare_runs runs = {.path = NULL};

    if (compare == NULL) {
        return diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory");
    }
    int err = read_options(options, &runs, diag);

    err = err ? err : read_fleet(options, compare, diag);
    err = err ? err : paths_locate(options->value[FIRMWARE].text, &where, diag);
    err = err ? err : paths_add(&paths, argument, &where, diag);
    err = err ? err : paths_add_named(&wear, WEAR, &where, diag);
    if (err == 0 && paths.count != 1) {
        err = diag_fail(diag, OTALAB_ERR_USAGE,
                        "%s: names %zu scenarios; compare takes one", argument,
                        paths.count);
    }
    err = err ? err : name(paths.path[0], compare, diag);
    if (err == 0) {
        struct run_options run = {.firmware = where.firmware,
                                  .firmware_else = where.firmware_else,
                                  .plugin = where.plugin,
                                  .interrupted = interrupt_watch()};

        runs.path = paths.path[0];
        runs.wear = wear.path[0];
        runs.run = &run;
        compare->family = runs.family;
        compare->first = options->value[FLASH].given ? WAY_PARTS : 0;
        err = compare_runs(&runs, compare, diag);
        err = err ? err : fleet(compare, diag);
        err = err ? err : tell(options, compare, diag);
        err = err && *run.interrupted ? interrupt_exit() : err;
    }
    compare_free(compare);
    free(compare);
    paths_free(&wear);
    paths_free(&paths);
    return err;
}

static int run(int argc, char **argv)
{
    struct options options;
    struct diag diag = {.text = ""};
    int code = options_parse(&options, &command_compare, argc, argv);

    if (code != OPTIONS_GO) {
        return code;
    }
    code = native_go(&diag);
    code = code ? code : go(&options, &diag);
    return code < 0 ? command_fail(&command_compare, code, &diag) : code;
}

static const struct command_example examples[] = {
    {"otalab compare", "the standard update under each way to make it"},
    {"otalab compare --fleet 50000 --cut-rate 0.1%",
     "and what it bricks of a fleet"},
    {"otalab compare --html compare.html", "the same as a page with pictures"},
    {"otalab compare --flash", "flash parts with other sectors and times"},
    {0},
};

const struct command command_compare = {
    .name = "compare",
    .summary = "one update under each way to make it, side by side",
    .run = run,
    .options = table,
    .arguments = "[SCENARIO]",
    .arguments_max = 1,
    .completes = COMPLETES_SCENARIOS,
    .examples = examples,
    .description =
        "Runs an update with two slots, with a patch, with one slot and a "
        "recovery image, and with one slot alone; cuts power at every "
        "operation of each; and lets a release crash. All runs are native, "
        "without QEMU. Default: compare-standard. docs/compare.md explains "
        "each line.",
};
