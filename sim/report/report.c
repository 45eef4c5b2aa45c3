/* SPDX-License-Identifier: MIT */
#include "report/report.h"

#include <inttypes.h>

#include "base/json.h"
#include "base/interrupt.h"
#include "report/cost.h"

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
    static const int codes[] = {
        [RUN_PASSED] = 0, [RUN_FAILED] = 1, [RUN_LIMIT] = 4, [RUN_ERROR] = 3};

    return verdict == RUN_INTERRUPTED ? interrupt_exit() : codes[verdict];
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
        if (followup.watch != NULL) {
            fprintf(out, "  watch    %s\n", followup.watch);
        }
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

void report_cost(FILE *out, const struct run_result *result)
{
    for (unsigned i = 0; i < result->devices; i++) {
        struct outcome_cost cost = {0};

        if (result->device[i].flash != NULL) {
            outcome_cost(&cost, &result->device[i]);
            cost_text(out, &cost, result->devices > 1 ? i + 1 : 0);
        }
    }
}

/* Where the first failure is, and what it is. */
static void put_first(FILE *out, const struct plan_item *item)
{
    const struct outcome *outcome = &item->outcome;
    const struct run_failure *first = &outcome->failure[0];

    if (outcome->err != 0 || (outcome->failures == 0 && outcome->kept_err)) {
        fprintf(out, "  %s",
                outcome->err != 0 ? outcome->error.text
                                  : outcome->kept_error.text);
    } else if (outcome->failures > 0) {
        if (first->place.line != 0) {
            fprintf(out, "  %s:%u", item->path, first->place.line);
        } else {
            fprintf(out, "  oracle");
        }
        fprintf(out, ": expected %s, seen %s", first->expected, first->seen);
    }
}

void report_line(FILE *out, const struct plan_item *item, bool color)
{
    static const char *const words[OUTCOME_CLASSES] = {
        [OUTCOME_FAILED] = "FAIL",
        [OUTCOME_LIMIT] = "LIMIT",
        [OUTCOME_ERROR] = "ERROR",
        [OUTCOME_STOPPED] = "STOPPED",
    };
    const char *word = words[outcome_class(&item->outcome)];

    if (word == NULL) {
        return;
    }
    fprintf(out, "  %s%-7s%s %s", color ? "\033[31m" : "", word,
            color ? "\033[0m" : "", item->name);
    put_first(out, item);
    fputc('\n', out);
}

/* ---- JSON -------------------------------------------------------------- */

/* Omitted if there is none. */
static void json_says(struct json *json, const char *key, const char *text)
{
    if (text != NULL && text[0] != '\0') {
        json_text(json, key, text);
    }
}

static void json_failure(struct json *json, const struct plan_item *item,
                         const struct run_failure *failure)
{
    json_open(json, NULL, '{');
    json_text(json, "file", item->path);
    json_number(json, "line", failure->place.line);
    json_text(json, "expected", failure->expected);
    json_text(json, "seen", failure->seen);
    json_says(json, "nearest", failure->near);
    json_says(json, "because", failure->because);
    json_number(json, "column", failure->place.column);
    json_number(json, "sequence", failure->sequence);
    json_close(json, '}');
}

static void json_failures(struct json *json, const struct plan_item *item,
                          const struct outcome *outcome)
{
    json_open(json, "failures", '[');
    for (unsigned i = 0; i < outcome->failures; i++) {
        json_failure(json, item, &outcome->failure[i]);
    }
    json_close(json, ']');
    json_number(json, "more_failures", outcome->more_failures);
}

static void json_commands(struct json *json, const struct outcome *outcome)
{
    if (outcome->replay != NULL) {
        json_open(json, "commands", '{');
        json_text(json, "replay", outcome->replay);
        json_says(json, "watch", outcome->watch);
        json_text(json, "debug", outcome->debug);
        json_close(json, '}');
    }
}

static void json_counts(struct json *json, const struct outcome *outcome)
{
    json_number(json, "time_ns", outcome->time_ns);
    json_number(json, "events", outcome->events);
    json_number(json, "boots", outcome->boots);
    json_number(json, "rollbacks", outcome->rollbacks);
    json_number(json, "cuts_asked", outcome->cuts_asked);
    json_number(json, "cuts_done", outcome->cuts_done);
}

static void json_costs(struct json *json, const struct outcome *outcome)
{
    if (outcome->devices == 0) {
        return;
    }
    json_open(json, "devices", '[');
    for (unsigned i = 0; i < outcome->devices; i++) {
        cost_json(json, &outcome->cost[i]);
    }
    json_close(json, ']');
}

void report_json(FILE *out, const struct plan_item *item,
                 const struct outcome *outcome)
{
    struct json json = json_stream(out);

    json_open(&json, NULL, '{');
    json_number(&json, "result", 1);
    json_text(&json, "scenario", item->name);
    json_text(&json, "verdict", outcome_word(outcome_class(outcome)));
    json_counts(&json, outcome);
    json_text(&json, "token", outcome->token != NULL ? outcome->token : "");
    json_failures(&json, item, outcome);
    json_text(&json, "title", item->title);
    json_text(&json, "file", item->path);
    json_says(&json, "error",
              outcome->err != 0 ? outcome->error.text
                                : outcome->kept_error.text);
    json_costs(&json, outcome);
    json_says(&json, "evidence", outcome->evidence);
    json_commands(&json, outcome);
    json_close(&json, '}');
    json_end(&json);
}
