/* SPDX-License-Identifier: MIT */
#include "cli/report.h"

#include <inttypes.h>
#include <string.h>

#include "base/file.h"

static const char *verdict_word(enum run_verdict verdict)
{
    static const char *const words[] = {[RUN_PASSED] = "PASS",
                                        [RUN_FAILED] = "FAIL",
                                        [RUN_LIMIT] = "LIMIT",
                                        [RUN_ERROR] = "ERROR"};

    return words[verdict];
}

int report_exit_code(enum run_verdict verdict)
{
    static const int codes[] = {[RUN_PASSED] = 0,
                                [RUN_FAILED] = 1,
                                [RUN_LIMIT] = 4,
                                [RUN_ERROR] = 3};

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

void report_result(FILE *out, const struct scenario *scenario,
                   const struct run_result *result, bool color)
{
    bool good = result->verdict == RUN_PASSED;
    const struct world_counts *counts = &result->counts;
    char token[TOKEN_MAX];

    fprintf(out, "%s%s%s %s  at %" PRIu64 ".%06u s, %u resets, %" PRIu64
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
    if (!good && token_print(&result->token, token, sizeof token) > 0) {
        fprintf(out, "  replay   otalab replay '%s'\n", token);
        fprintf(out, "  watch    otalab run -v %s --seed %" PRIu64 "\n",
                scenario->path, scenario->seed);
        fprintf(out, "  debug    otalab run %s --seed %" PRIu64
                     " --gdb 3333\n",
                scenario->path, scenario->seed);
    }
}

static void json_text(FILE *out, const char *text)
{
    fputc('"', out);
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\') {
            fputc('\\', out);
        }
        fputc((unsigned char)*text < 0x20 ? ' ' : *text, out);
    }
    fputc('"', out);
}

void report_json(FILE *out, const struct scenario *scenario,
                 const struct run_result *result)
{
    char token[TOKEN_MAX] = "";

    token_print(&result->token, token, sizeof token);
    fprintf(out, "{\"result\":1,\"scenario\":");
    json_text(out, scenario->name);
    fprintf(out, ",\"verdict\":");
    json_text(out, run_verdict_name(result->verdict));
    fprintf(out, ",\"time_ns\":%" PRIu64 ",\"events\":%" PRIu64
                 ",\"boots\":%u,\"rollbacks\":%u,\"cuts_asked\":%u,"
                 "\"cuts_done\":%u,\"token\":",
            result->time_ns, result->events, result->counts.boots,
            result->counts.rollbacks, result->counts.cuts_asked,
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

static int keep(const char *folder, const char *name, const void *data,
                size_t size, struct diag *diag)
{
    char path[1024];
    int n = snprintf(path, sizeof path, "%s/%s", folder, name);

    if (n < 0 || (size_t)n >= sizeof path) {
        return diag_fail(diag, OTALAB_ERR_USAGE, "%.200s: path too long",
                         folder);
    }
    return file_write(path, data, size, diag);
}

int report_evidence(const char *folder, const struct run_result *result,
                    struct diag *diag)
{
    char token[TOKEN_MAX] = "";
    const char *log = result->stderr_text != NULL ? result->stderr_text : "";
    int err = file_make_dirs(folder, diag);

    token_print(&result->token, token, sizeof token);
    if (err == 0) {
        err = keep(folder, "recording.ndjson", result->recording.bytes,
                   result->recording.length, diag);
    }
    if (err == 0 && result->flash != NULL) {
        err = keep(folder, "flash.bin", result->flash->array,
                   result->flash->figures.size, diag);
    }
    if (err == 0) {
        err = keep(folder, "fuses.bin", result->otp.words,
                   sizeof result->otp.words, diag);
    }
    if (err == 0) {
        err = keep(folder, "qemu.log", log, strlen(log), diag);
    }
    return err ? err : keep(folder, "token", token, strlen(token), diag);
}
