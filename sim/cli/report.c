/* SPDX-License-Identifier: MIT */
#include "cli/report.h"

#include <inttypes.h>

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
    if (failure->near[0] != '\0') {
        fprintf(out, "    nearest   %s\n", failure->near);
    }
    if (failure->because[0] != '\0') {
        fprintf(out, "    because   %s\n", failure->because);
    }
    if (failure->sequence != 0) {
        fprintf(out, "    first wrong event  #%" PRIu64 "\n",
                failure->sequence);
    }
}

static void report_commands(FILE *out, const struct scenario *scenario,
                            const struct token *token,
                            const struct report_how *how)
{
    struct followup followup;

    if (followup_make(&followup, scenario, token, how) == 0) {
        fprintf(out, "  replay   %s\n", followup.replay);
        fprintf(out, "  watch    %s\n", followup.watch);
        fprintf(out, "  debug    %s\n", followup.debug);
        followup_free(&followup);
    }
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
            counts->boots > result->devices ? counts->boots - result->devices
                                            : 0,
            result->events, counts->cuts_done, counts->cuts_asked);
    for (unsigned i = 0; i < result->failures; i++) {
        report_failure(out, scenario, &result->failure[i]);
    }
    if (result->more_failures > 0) {
        fprintf(out, "  and %u more\n", result->more_failures);
    }
    if (result->verdict == RUN_FAILED || result->verdict == RUN_LIMIT) {
        report_commands(out, scenario, &result->token, how);
    }
}

/* ---- JSON -------------------------------------------------------------- */

static void json_member(FILE *out, const char *name, const char *text)
{
    fprintf(out, ",\"%s\":", name);
    json_text(out, text);
}

static void json_failures(FILE *out, const struct plan_item *item,
                          const struct outcome *outcome)
{
    fprintf(out, ",\"failures\":[");
    for (unsigned i = 0; i < outcome->failures; i++) {
        const struct run_failure *failure = &outcome->failure[i];

        fprintf(out, "%s{\"file\":", i > 0 ? "," : "");
        json_text(out, item->path);
        fprintf(out, ",\"line\":%u", failure->place.line);
        json_member(out, "expected", failure->expected);
        json_member(out, "seen", failure->seen);
        if (failure->near[0] != '\0') {
            json_member(out, "nearest", failure->near);
        }
        if (failure->because[0] != '\0') {
            json_member(out, "because", failure->because);
        }
        fprintf(out, ",\"column\":%u,\"sequence\":%" PRIu64 "}",
                failure->place.column, failure->sequence);
    }
    fprintf(out, "],\"more_failures\":%u", outcome->more_failures);
}

static void json_commands(FILE *out, const struct outcome *outcome)
{
    if (outcome->replay != NULL) {
        fprintf(out, ",\"commands\":{\"replay\":");
        json_text(out, outcome->replay);
        json_member(out, "watch", outcome->watch);
        json_member(out, "debug", outcome->debug);
        fputc('}', out);
    }
}

void report_json(FILE *out, const struct plan_item *item,
                 const struct outcome *outcome)
{
    fprintf(out, "{\"result\":1,\"scenario\":");
    json_text(out, item->name);
    json_member(out, "verdict", outcome_word(outcome_class(outcome)));
    fprintf(out,
            ",\"time_ns\":%" PRIu64 ",\"events\":%" PRIu64
            ",\"boots\":%u,\"rollbacks\":%u,\"cuts_asked\":%u,"
            "\"cuts_done\":%u",
            outcome->time_ns, outcome->events, outcome->boots,
            outcome->rollbacks, outcome->cuts_asked, outcome->cuts_done);
    json_member(out, "token", outcome->token != NULL ? outcome->token : "");
    json_failures(out, item, outcome);
    json_member(out, "title", item->title);
    json_member(out, "file", item->path);
    if (outcome->err != 0) {
        json_member(out, "error", outcome->error.text);
    } else if (outcome->kept_err != 0) {
        json_member(out, "error", outcome->kept_error.text);
    }
    if (outcome->evidence != NULL) {
        json_member(out, "evidence", outcome->evidence);
    }
    json_commands(out, outcome);
    fprintf(out, "}\n");
}
