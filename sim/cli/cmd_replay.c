/* SPDX-License-Identifier: MIT */
/*
 * Run again what a token names. Everything that took part is compared first:
 * only if all of it is the same can a different recording be a fault of the
 * simulator.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/native.h"
#include "cli/cmd_run.h"
#include "cli/debug_at.h"
#include "cli/debugger.h"
#include "cli/replayed.h"
#include "base/file.h"
#include "base/hex.h"
#include "base/interrupt.h"
#include "shell/options.h"
#include "base/paths.h"
#include "report/report.h"

#include <mbedtls/sha256.h>

enum { SCENARIO, VERBOSE, QUIET, COLOR, GDB, GDB_AT, FIRMWARE, QEMU };

static const struct option_spec replay_options[] = {
    [SCENARIO] = {.name = "scenario",
                  .kind = OPTION_FILE,
                  .argument = "FILE",
                  .help = "the scenario, if it is not in scenarios/"},
    [VERBOSE] = OPTION_ROW_VERBOSE,
    [QUIET] = {.name = "quiet",
               .short_name = 'q',
               .help = "do not print the story"},
    [COLOR] = OPTION_ROW_COLOR,
    [GDB] = OPTION_ROW_GDB,
    [GDB_AT] = {.name = "gdb-at",
                .kind = OPTION_TEXT,
                .argument = "WHERE",
                .help = "stop for the debugger at start, before-fault, "
                        "after-fault, or an event by its number (without "
                        "--gdb: port 3333)"},
    [FIRMWARE] = OPTION_ROW_FIRMWARE,
    [QEMU] = OPTION_ROW_QEMU,
    {0},
};

static const struct command_example replay_examples[] = {
    {"otalab replay runs/ab-good", "run a failed run again, from any folder"},
    {"otalab replay 'ol1:ab-good@..'", "the same, by its token"},
    {"otalab replay runs/ab-good --gdb-at before-fault",
     "debug it from just before what was broken"},
    {0},
};

static int add_faults(const struct token *token, struct scenario *scenario,
                      const char **texts, struct diag *diag)
{
    int err = 0;

    scenario->seed = token->seed;
    for (unsigned i = 0; i < token->faults && err == 0; i++) {
        texts[i] = token->fault[i];
        err = scenario_add_fault(scenario, token->fault[i], diag);
    }
    return err;
}

/* Report what has changed; true if nothing has. */
static bool same_parts(const struct token *was, const struct token *now)
{
    const struct {
        const char *what;
        const char *was;
        const char *now;
    } parts[] = {
        {"the ROM", was->rom, now->rom},
        {"the bootloader", was->boot, now->boot},
        {"an image", was->images, now->images},
        {"the devicetree", was->dtb, now->dtb},
        {"QEMU", was->qemu, now->qemu},
    };
    bool same = true;

    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (strcmp(parts[i].was, parts[i].now) != 0) {
            fprintf(stderr,
                    "otalab replay: warning: %s has changed (%s, was %s): the "
                    "run may differ\n",
                    parts[i].what, parts[i].now, parts[i].was);
            same = false;
        }
    }
    return same;
}

/* Say where the new recording departs from the kept one. */
static void say_difference(const uint8_t *kept, size_t size,
                           const struct recording *now)
{
    size_t line = 0; /* begin of it */
    size_t at = 0;
    unsigned number = 0; /* the header's is 0 */

    while (at < size && at < now->length &&
           kept[at] == (uint8_t)now->bytes[at]) {
        if (kept[at++] == '\n') {
            line = at;
            number++;
        }
    }
    const char *was = (const char *)kept + line;
    const char *is = now->bytes + line;

    fprintf(stderr,
            "otalab replay: the recordings differ from event %u on\n"
            "  was  %.*s\n  is   %.*s\n",
            number, (int)strcspn(was, "\n"), was,
            line < now->length ? (int)strcspn(is, "\n") : 0, is);
}

/* The folder's recording, byte for byte: 1 when it is the same, 0 when it is
 * not, or a negative enum otalab_err with a line in `diag`. */
static int same_bytes(const struct replayed *replayed,
                      const struct recording *now, struct diag *diag)
{
    char path[1200];
    uint8_t *kept = NULL;
    size_t size = 0;
    uint8_t digest[32];
    char text[9];

    snprintf(path, sizeof path, "%s/recording.ndjson", replayed->folder);
    int err = file_read(path, RECORDING_MAX, &kept, &size, diag);

    if (err != 0) {
        return err;
    }
    mbedtls_sha256(kept, size, digest, 0);
    hex_short(digest, text);
    bool same = size == now->length && memcmp(kept, now->bytes, size) == 0;

    if (strcmp(text, replayed->token.recording) != 0) {
        err = diag_fail(diag, OTALAB_ERR_USAGE,
                        "%s: not the recording that the token beside it is "
                        "of (%s, not %s); it was changed or damaged",
                        path, text, replayed->token.recording);
    } else if (!same) {
        say_difference(kept, size, now);
    }
    free(kept);
    return err != 0 ? err : same;
}

/* Whether the recording is the one that the token, or the folder, has. */
static int same_recording(const struct replayed *replayed,
                          const struct run_result *result, struct diag *diag)
{
    if (replayed->folder != NULL) {
        int same = same_bytes(replayed, &result->recording, diag);

        if (same > 0) {
            printf("the recording is the same, bit for bit\n");
        }
        return same;
    }
    bool same = strcmp(replayed->token.recording, result->token.recording) == 0;

    if (same) {
        printf("the recording has the digest that the token names\n");
    } else {
        fprintf(stderr,
                "otalab replay: the recording has the digest %s, was %s\n",
                result->token.recording, replayed->token.recording);
    }
    return same;
}

static int replay_code(const struct replayed *replayed,
                       const struct run_result *result, struct diag *diag)
{
    const struct token *was = &replayed->token;
    bool parts = same_parts(was, &result->token);

    if (result->verdict == RUN_INTERRUPTED) {
        return report_exit_code(result->verdict);
    }
    if (was->recording[0] == '\0') {
        printf("the token belongs to a run that did not finish: nothing to "
               "compare\n");
        return report_exit_code(result->verdict);
    }
    int same = same_recording(replayed, result, diag);

    if (same < 0) {
        return command_fail(&command_replay, same, diag);
    }
    if (!same && parts) {
        fprintf(stderr, "otalab replay: everything that took part is the "
                        "same, but the recording is not\n");
        return 6;
    }
    return report_exit_code(result->verdict);
}

/* From the beginning without a debugger, or to where one is wanted. */
static int run(const struct scenario *scenario, const struct run_options *run,
               const struct locations *where, const struct debug_at *at,
               struct run_result *result, struct diag *diag)
{
    if (at->what != DEBUG_AT_START) {
        return debug_at_run(at, scenario, run, where, result, diag);
    }
    if (run->gdb_port != 0) {
        debugger_say(stderr, scenario, where, run->gdb_port);
    }
    return run_scenario(scenario, run, result, diag);
}

static int port_of(const struct options *options)
{
    const struct option_value *gdb = &options->value[GDB];

    if (!gdb->given && options->value[GDB_AT].given) {
        return DEBUG_AT_PORT;
    }
    return (int)gdb->number;
}

static int replay(const struct options *options,
                  const struct replayed *replayed, struct diag *diag)
{
    const struct token *token = &replayed->token;
    const char *texts[TOKEN_FAULTS];
    struct locations where;
    struct scenario *scenario = NULL;
    struct run_result result;
    struct arrivals arrivals = {.count = 0};
    struct debug_at at;
    int err = native_check(token, diag);

    err = err ? err : options_port(&options->value[GDB], diag);
    err = err ? err : debug_at_read(options->value[GDB_AT].text, &at, diag);
    err = err ? err : paths_locate(options->value[FIRMWARE].text, &where, diag);
    err = err ? err : replayed_scenario(replayed, &where, &scenario, diag);
    err = err ? err : add_faults(token, scenario, texts, diag);
    err = err ? err : replayed_arrivals(replayed, scenario, &arrivals, diag);
    if (err) {
        scenario_free(scenario);
        return command_fail(&command_replay, err, diag);
    }
    struct run_options how = {
        .firmware = where.firmware,
        .firmware_else = where.firmware_else,
        .plugin = where.plugin,
        .qemu = options->value[QEMU].text,
        .story = options->value[QUIET].given ? NULL : stdout,
        .verbose = options->value[VERBOSE].given,
        .color = options_color(options->value[COLOR].text, stdout),
        .faults = token->faults,
        .fault = texts,
        .arrivals = &arrivals,
        .gdb_port = port_of(options),
        .interrupted = interrupt_watch(),
    };
    err = run(scenario, &how, &where, &at, &result, diag);
    int code = 0;
    if (err) {
        code = command_fail(&command_replay, err, diag);
    } else {
        struct report_how source = {
            .by_file = replayed->file != NULL,
            .folder =
                replayed->file == replayed->own ? options->arguments[0] : NULL,
            .firmware = options->value[FIRMWARE].text,
            .qemu = options->value[QEMU].text,
        };
        report_result(stdout, scenario, &result, &source, how.color);
        code = replay_code(replayed, &result, diag);
    }
    run_result_free(&result);
    arrivals_free(&arrivals);
    scenario_free(scenario);
    return code;
}

static int replay_run(int argc, char **argv)
{
    struct options options;
    struct diag diag = {0};
    struct replayed replayed;
    int code = options_parse(&options, &command_replay, argc, argv);

    if (code != OPTIONS_GO) {
        return code;
    }
    int err = replayed_read(options.arguments[0], options.value[SCENARIO].text,
                            &replayed, &diag);
    return err ? command_fail(&command_replay, err, &diag)
               : replay(&options, &replayed, &diag);
}

const struct command command_replay = {
    .name = "replay",
    .summary = "repeat exactly the run that a token or evidence folder names",
    .run = replay_run,
    .options = replay_options,
    .arguments = "TOKEN|FOLDER",
    .completes = COMPLETES_FILES,
    .arguments_min = 1,
    .arguments_max = 1,
    .examples = replay_examples,
    .description = "Every run has a token; a failed run leaves it in "
                   "runs/NAME, with the scenario and everything that was "
                   "recorded. Exit code 6: everything was the same, but the "
                   "recording differed; 2: the scenario has changed.",
};
