/* SPDX-License-Identifier: MIT */
/* `otalab tui`: the dashboard on a run, or on a recording. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cmd_run.h"
#include "cli/evidence.h"
#include "cli/replayed.h"
#include "engine/case.h"
#include "shell/options.h"
#include "tui/tui.h"

enum { AT, SEED, FAULT, THEME, ASCII, NO_MOUSE, SCRIPT, CAST, FIRMWARE };

static const struct option_spec tui_options[] = {
    [AT] = {.name = "at",
            .kind = OPTION_TEXT,
            .argument = "EVENT|TIME",
            .help = "start at this event or time: 120, 4.2s or boot.rollback"},
    [SEED] = {.name = "seed",
              .short_name = 's',
              .kind = OPTION_NUMBER,
              .help = "use this seed instead of the scenario's"},
    [FAULT] = {.name = "fault",
               .short_name = 'f',
               .kind = OPTION_TEXT,
               .repeat = true,
               .argument = "FAULT",
               .help = "add a fault, as for otalab run"},
    [THEME] =
        {.name = "theme",
         .kind = OPTION_CHOICE,
         .argument = "default|safe|mono",
         .help =
             "choose the colours; safe for colour-blind people, mono for none"},
    [ASCII] = {.name = "ascii", .help = "draw with ASCII characters only"},
    [NO_MOUSE] = {.name = "no-mouse",
                  .help = "leave the mouse to the terminal"},
    [SCRIPT] = {.name = "script",
                .kind = OPTION_FILE,
                .help =
                    "read keys and commands from a file, without a terminal"},
    [CAST] = {.name = "cast",
              .kind = OPTION_FILE,
              .help = "write the script's screens as an asciicast"},
    [FIRMWARE] = OPTION_ROW_FIRMWARE,
    {0},
};

/* What was named on the command line. */
struct target {
    struct tui_options options;
    struct replayed replayed;
    struct scenario *scenario; /* only for its path; owned */
    struct paths paths;
    const char *fault[TOKEN_FAULTS + OPTIONS_REPEAT_MAX];
    char token[TOKEN_MAX];
    struct sweep_result sweep;
};

static void take_token(struct target *target)
{
    const struct token *token = &target->replayed.token;

    target->options.has_seed = true;
    target->options.seed = token->seed;
    for (unsigned i = 0; i < token->faults; i++) {
        target->fault[target->options.faults++] = token->fault[i];
    }
    (void)token_print(token, target->token, sizeof target->token);
    target->options.token = target->token;
}

/* The folder of a recording. Its scenario may be missing: it can still be
 * viewed. */
static int take_folder(struct target *target, const char *folder,
                       struct diag *diag)
{
    int err = replayed_read(folder, NULL, &target->replayed, diag);

    if (err == 0) {
        target->options.folder = folder;
        target->options.scenario = target->replayed.file;
        take_token(target);
    }
    return err;
}

static int take_named_token(struct target *target, const char *text,
                            struct diag *diag)
{
    int err = replayed_read(text, NULL, &target->replayed, diag);

    err = err ? err
              : replayed_scenario(&target->replayed, target->options.where,
                                  &target->scenario, diag);
    if (err == 0) {
        target->options.scenario = target->scenario->path;
        take_token(target);
    }
    return err;
}

static int take_scenario(struct target *target, const char *name,
                         struct diag *diag)
{
    int err = paths_add(&target->paths, name, target->options.where, diag);

    if (err == 0 && target->paths.count != 1) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "%.200s: %zu scenarios; the dashboard shows one, or "
                         "a recording's folder (otalab run --record DIR)",
                         name, target->paths.count);
    }
    if (err == 0) {
        target->options.scenario = target->paths.path[0];
    }
    return err;
}

/* Would a run be of the programs that were swept? */
static int check_programs(const struct target *target, struct diag *diag)
{
    static struct run_case given;
    const struct token *swept = &target->replayed.token;
    const struct locations *where = target->options.where;
    struct run_options options = {.firmware = where->firmware,
                                  .firmware_else = where->firmware_else,
                                  .plugin = where->plugin};
    int err = case_make(&given, target->scenario, &options, diag);
    bool same = strcmp(given.token.rom, swept->rom) == 0 &&
                strcmp(given.token.boot, swept->boot) == 0 &&
                strcmp(given.token.images, swept->images) == 0 &&
                strcmp(given.token.dtb, swept->dtb) == 0;

    case_free(&given);
    return err || same
               ? err
               : diag_fail(diag, OTALAB_ERR_USAGE,
                           "the sweep was made with other device programs "
                           "(rom=%s boot=%s images=%s); give those by "
                           "--firmware, or sweep again",
                           swept->rom, swept->boot, swept->images);
}

/* What `otalab sweep --json` has written. */
static int take_sweep(struct target *target, const char *path,
                      struct diag *diag)
{
    int err = result_load(path, &target->sweep, diag);

    if (err != 0) {
        return err;
    }
    target->replayed.token = target->sweep.sweep.token;
    if (access(target->sweep.path, R_OK) == 0) {
        target->replayed.file = target->sweep.path;
    }
    err = replayed_scenario(&target->replayed, target->options.where,
                            &target->scenario, diag);
    err = err ? err : check_programs(target, diag);
    if (err == 0) {
        target->options.sweep = &target->sweep;
        target->options.scenario = target->scenario->path;
        take_token(target);
    }
    return err;
}

/* By its name, or by how it begins. */
static bool is_sweep(const char *name)
{
    static const char head[] = "{\"otalab_sweep\"";
    char begin[sizeof head] = "";
    size_t length = strlen(name);

    if (length > 5 && strcmp(name + length - 5, ".json") == 0) {
        return true;
    }
    FILE *in = fopen(name, "r");

    if (in != NULL) {
        (void)!fread(begin, 1, sizeof head - 1, in);
        (void)fclose(in);
    }
    return strcmp(begin, head) == 0;
}

static int take_target(struct target *target, const char *name,
                       struct diag *diag)
{
    if (evidence_is(name)) {
        return take_folder(target, name, diag);
    }
    if (strncmp(name, "ol1:", 4) == 0) {
        return take_named_token(target, name, diag);
    }
    if (is_sweep(name)) {
        return take_sweep(target, name, diag);
    }
    return take_scenario(target, name, diag);
}

static void take_options(struct target *target, const struct options *o)
{
    struct tui_options *options = &target->options;

    options->at = o->value[AT].text;
    options->theme = o->value[THEME].text;
    options->ascii = o->value[ASCII].given;
    options->no_mouse = o->value[NO_MOUSE].given;
    options->script = o->value[SCRIPT].text;
    options->cast = o->value[CAST].text;
    if (o->value[SEED].given) {
        options->has_seed = true;
        options->seed = o->value[SEED].number;
    }
    for (unsigned i = 0; i < o->value[FAULT].count; i++) {
        target->fault[options->faults++] = o->value[FAULT].texts[i];
    }
    options->fault = target->fault;
}

static int run_tui(int argc, char **argv)
{
    static struct target target;
    struct locations where;
    struct options o;
    struct diag diag = {""};
    int code = options_parse(&o, &command_tui, argc, argv);

    if (code != OPTIONS_GO) {
        return code;
    }
    target.options.where = &where;
    int err = paths_locate(o.value[FIRMWARE].text, &where, &diag);

    err = err ? err : take_target(&target, o.arguments[0], &diag);
    if (err == 0) {
        take_options(&target, &o);
        err = tui_run(&target.options, &diag);
    }
    result_free(&target.sweep);
    scenario_free(target.scenario);
    paths_free(&target.paths);
    return err == 0 ? 0 : command_fail(&command_tui, err, &diag);
}

const struct command command_tui = {
    .name = "tui",
    .summary = "watch a run in the dashboard, break it, go back",
    .run = run_tui,
    .options = tui_options,
    .arguments = "SCENARIO|FOLDER|TOKEN|SWEEP",
    .arguments_min = 1,
    .arguments_max = 1,
    .examples =
        (const struct command_example[]){
            {"otalab tui ota-unplugged",
             "step through an update; n goes on, p goes back, ? helps"},
            {"otalab tui runs/ab-good --at 120",
             "view a recording, starting at its event 120"},
            {"otalab tui sweep.json",
             "view the strip of a sweep, and open its cases"},
            {"otalab tui ota-good --script keys.txt",
             "control it by a script, without a terminal"},
            {0}},
    .description =
        "Opens a scenario, the folder of a recording, a run's token, or what "
        "otalab sweep --json has written. A run "
        "is recorded as it happens, and each of its states can be viewed, "
        "forward and back. Press f to inject a fault: the run forks there, and "
        "both histories stay. Meaning is never shown by colour alone; NO_COLOR "
        "is respected.",
};
