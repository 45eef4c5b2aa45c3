/* SPDX-License-Identifier: MIT */
#include "cli/report.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "cli/json.h"
#include "cli/interrupt.h"

static const char *verdict_word(enum run_verdict verdict)
{
    static const char *const words[] = {[RUN_PASSED] = "PASS",
                                        [RUN_FAILED] = "FAIL",
                                        [RUN_LIMIT] = "LIMIT",
                                        [RUN_ERROR] = "ERROR",
                                        [RUN_INTERRUPTED] = "STOPPED"};

    return words[verdict];
}

int report_exit_code(enum run_verdict verdict)
{
    static const int codes[] = {[RUN_PASSED] = 0,
                                [RUN_FAILED] = 1,
                                [RUN_LIMIT] = 4,
                                [RUN_ERROR] = 3,
                                [RUN_INTERRUPTED] = INTERRUPT_EXIT};

    return codes[verdict];
}

static void report_failure(FILE *out, const struct scenario *scenario,
                           const struct run_failure *failure)
{
    if (failure->place.line != 0) {
        fprintf(out, "  %s:%u:%u\n", scenario->path, failure->place.line,
                failure->place.column);
    } else {
        fprintf(out, "  oracle\n");
    }
    fprintf(out, "    expected  %s\n", failure->expected);
    fprintf(out, "    seen      %s\n", failure->seen);
    if (failure->sequence != 0) {
        fprintf(out, "    first wrong event  #%" PRIu64 "\n",
                failure->sequence);
    }
}

/* ---- the commands to go on with ---------------------------------------- */

/* As a shell reads it back. */
static void put_word(FILE *out, const char *text)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "0123456789_./,:@%+-";

    if (*text != '\0' && text[strspn(text, plain)] == '\0') {
        fprintf(out, " %s", text);
        return;
    }
    fputs(" '", out);
    for (; *text != '\0'; text++) {
        if (*text == '\'') {
            fputs("'\\''", out);
        } else {
            fputc(*text, out);
        }
    }
    fputc('\'', out);
}

static void put_option(FILE *out, const char *option, const char *value)
{
    if (value != NULL) {
        fprintf(out, " %s", option);
        put_word(out, value);
    }
}

static void put_programs(FILE *out, const struct report_how *how)
{
    put_option(out, "--firmware", how->firmware);
    put_option(out, "--qemu", how->qemu);
}

static void put_replay(FILE *out, const struct scenario *scenario,
                       const char *token, const struct report_how *how)
{
    fprintf(out, "  replay   %s replay '%s'", program_invocation_name, token);
    put_option(out, "--scenario", how->by_file ? scenario->path : NULL);
    put_programs(out, how);
    fputc('\n', out);
}

static void put_run(FILE *out, const char *what, const char *option,
                    const struct scenario *scenario, const struct token *token,
                    const struct report_how *how)
{
    fprintf(out, "  %-8s %s run", what, program_invocation_name);
    put_word(out, scenario->path);
    fprintf(out, " %s --seed %" PRIu64, option, scenario->seed);
    for (unsigned i = 0; i < token->faults; i++) {
        put_option(out, "--fault", token->fault[i]);
    }
    put_programs(out, how);
    fputc('\n', out);
}

static void put_commands(FILE *out, const struct scenario *scenario,
                         const struct token *token,
                         const struct report_how *how)
{
    char text[TOKEN_MAX];

    if (token_print(token, text, sizeof text) > 0) {
        put_replay(out, scenario, text, how);
    }
    put_run(out, "watch", "-v", scenario, token, how);
    put_run(out, "debug", "--gdb 3333", scenario, token, how);
}

void report_result(FILE *out, const struct scenario *scenario,
                   const struct run_result *result,
                   const struct report_how *how, bool color)
{
    bool good = result->verdict == RUN_PASSED;
    const struct world_counts *counts = &result->counts;

    fprintf(out,
            "%s%s%s %s  at %" PRIu64 ".%06u s, %u resets, %" PRIu64
            " events, cuts %u/%u\n",
            color ? (good ? "\033[32m" : "\033[31m") : "",
            verdict_word(result->verdict), color ? "\033[0m" : "",
            scenario->name, result->time_ns / 1000000000u,
            (unsigned)(result->time_ns / 1000u % 1000000u),
            counts->boots > 0 ? counts->boots - 1 : 0, result->events,
            counts->cuts_done, counts->cuts_asked);
    for (unsigned i = 0; i < result->failures; i++) {
        report_failure(out, scenario, &result->failure[i]);
    }
    if (result->more_failures > 0) {
        fprintf(out, "  and %u more\n", result->more_failures);
    }
    if (result->verdict == RUN_FAILED || result->verdict == RUN_LIMIT) {
        put_commands(out, scenario, &result->token, how);
    }
}

/* ---- JSON -------------------------------------------------------------- */

void report_json(FILE *out, const struct scenario *scenario,
                 const struct run_result *result)
{
    char token[TOKEN_MAX] = "";

    token_print(&result->token, token, sizeof token);
    fprintf(out, "{\"result\":1,\"scenario\":");
    json_text(out, scenario->name);
    fprintf(out, ",\"verdict\":");
    json_text(out, run_verdict_name(result->verdict));
    fprintf(out,
            ",\"time_ns\":%" PRIu64 ",\"events\":%" PRIu64
            ",\"boots\":%u,\"rollbacks\":%u,\"cuts_asked\":%u,"
            "\"cuts_done\":%u,\"token\":",
            result->time_ns, result->events, result->counts.boots,
            result->rollbacks, result->counts.cuts_asked,
            result->counts.cuts_done);
    json_text(out, token);
    fprintf(out, ",\"failures\":[");
    for (unsigned i = 0; i < result->failures; i++) {
        const struct run_failure *failure = &result->failure[i];

        fprintf(out, "%s{\"file\":", i > 0 ? "," : "");
        json_text(out, scenario->path);
        fprintf(out, ",\"line\":%u,\"expected\":", failure->place.line);
        json_text(out, failure->expected);
        fprintf(out, ",\"seen\":");
        json_text(out, failure->seen);
        fprintf(out, "}");
    }
    fprintf(out, "]}\n");
}

/* ---- evidence ---------------------------------------------------------- */

struct evidence {
    const char *name;
    const void *data;
    size_t size;
};

static int evidence_path(char *out, size_t size, const char *folder,
                         const char *name, struct diag *diag)
{
    int n = snprintf(out, size, "%s/%s", folder, name);

    return n > 0 && (size_t)n < size
               ? 0
               : diag_fail(diag, OTALAB_ERR_USAGE, "%.200s: path too long",
                           folder);
}

static void evidence_remove(const char *folder, const struct evidence *files,
                            size_t count)
{
    char path[1024];

    for (size_t i = 0; i < count; i++) {
        if (evidence_path(path, sizeof path, folder, files[i].name, NULL) ==
            0) {
            (void)unlink(path);
        }
    }
}

static int evidence_write(const char *folder, const struct evidence *files,
                          size_t count, struct diag *diag)
{
    char path[1024];
    int err = 0;

    for (size_t i = 0; i < count && err == 0; i++) {
        if (files[i].data != NULL) {
            err = evidence_path(path, sizeof path, folder, files[i].name, diag);
            err = err ? err
                      : file_write(path, files[i].data, files[i].size, diag);
        }
    }
    return err;
}

int report_evidence(const char *folder, const struct run_result *result,
                    struct diag *diag)
{
    char token[TOKEN_MAX] = "";
    const struct flash *flash = result->device[0].flash;
    const char *log = result->stderr_text != NULL ? result->stderr_text : "";
    const struct evidence files[] = {
        {"recording.ndjson", result->recording.bytes, result->recording.length},
        {"flash.bin", flash != NULL ? flash->array : NULL,
         flash != NULL ? flash->figures.size : 0},
        {"fuses.bin", result->device[0].otp.words,
         sizeof result->device[0].otp.words},
        {"qemu.log", log, strlen(log)},
        {"token", token, token_print(&result->token, token, sizeof token)},
    };
    size_t count = sizeof files / sizeof files[0];
    int err = file_make_dirs(folder, diag);

    if (err) {
        return err;
    }
    evidence_remove(folder, files, count);
    err = evidence_write(folder, files, count, diag);
    if (err) {
        evidence_remove(folder, files, count);
    }
    return err;
}
