/* SPDX-License-Identifier: MIT */
#include "report/junit.h"

#include <inttypes.h>
#include <string.h>

#include "report/cost.h"
#include "report/tally.h"
#include "report/xml.h"

static void put_number(FILE *out, const char *name, uint64_t number)
{
    fprintf(out, " %s=\"%" PRIu64 "\"", name, number);
}

static void put_time(FILE *out, uint64_t ns)
{
    fprintf(out, " time=\"%" PRIu64 ".%06u\"", ns / 1000000000u,
            (unsigned)(ns / 1000u % 1000000u));
}

/* scenarios/regress/x.yaml -> scenarios.regress: folders are packages. */
static void put_class(FILE *out, const char *path)
{
    char folder[1024] = "";
    const char *begin = path + strspn(path, "./");
    const char *slash = strrchr(begin, '/');

    snprintf(folder, sizeof folder, "%.*s",
             slash != NULL ? (int)(slash - begin) : 0, begin);
    for (char *at = folder; *at != '\0'; at++) {
        *at = *at == '.' ? '_' : *at == '/' ? '.' : *at;
    }
    xml_attribute(out, "classname", folder[0] != '\0' ? folder : "otalab");
}

/* ---- one case ----------------------------------------------------------- */

static void put_place(FILE *out, const char *path, const struct place *place)
{
    if (place->line == 0) {
        fputs("oracle", out);
        return;
    }
    xml_text(out, path);
    fprintf(out, ":%u:%u", place->line, place->column);
}

static void put_says(FILE *out, const char *what, const char *text)
{
    if (text[0] != '\0') {
        fprintf(out, "  %-9s ", what);
        xml_text(out, text);
        fputc('\n', out);
    }
}

static void put_failures(FILE *out, const struct plan_item *item)
{
    const struct outcome *outcome = &item->outcome;

    for (unsigned i = 0; i < outcome->failures; i++) {
        const struct run_failure *failure = &outcome->failure[i];

        put_place(out, item->path, &failure->place);
        fputc('\n', out);
        put_says(out, "expected", failure->expected);
        put_says(out, "seen", failure->seen);
        put_says(out, "nearest", failure->near);
        put_says(out, "because", failure->because);
        if (failure->sequence != 0) {
            fprintf(out, "  first wrong event  #%" PRIu64 "\n",
                    failure->sequence);
        }
    }
    if (outcome->more_failures > 0) {
        fprintf(out, "and %u more\n", outcome->more_failures);
    }
}

static void put_failure(FILE *out, const struct plan_item *item,
                        const char *type)
{
    const struct outcome *outcome = &item->outcome;
    const struct run_failure *first = &outcome->failure[0];
    char message[sizeof *first + 40] = "";

    if (outcome->failures > 0) {
        snprintf(message, sizeof message, "expected %s, seen %s%s%s",
                 first->expected, first->seen,
                 first->because[0] != '\0' ? ": " : "", first->because);
    }
    fprintf(out, "      <failure");
    xml_attribute(out, "message", message);
    xml_attribute(out, "type", type);
    fputs(">\n", out);
    put_failures(out, item);
    fputs("</failure>\n", out);
}

static const char *error_type(int err)
{
    switch (err) {
    case OTALAB_ERR_USAGE:
        return "scenario";
    case OTALAB_ERR_REPLAY:
        return "runs differ";
    default:
        return "simulator";
    }
}

static void put_error(FILE *out, const struct outcome *outcome)
{
    bool own = outcome->err != 0;

    fprintf(out, "      <error");
    xml_attribute(out, "message",
                  own ? outcome->error.text : outcome->kept_error.text);
    xml_attribute(out, "type", own ? error_type(outcome->err) : "evidence");
    fputs("/>\n", out);
}

static void put_verdict(FILE *out, const struct plan_item *item)
{
    switch (outcome_class(&item->outcome)) {
    case OUTCOME_FAILED:
        put_failure(out, item, "expectation");
        break;
    case OUTCOME_LIMIT:
        put_failure(out, item, "time limit");
        break;
    case OUTCOME_ERROR:
        put_error(out, &item->outcome);
        break;
    case OUTCOME_STOPPED:
        fputs("      <error message=\"interrupted before a verdict\" "
              "type=\"interrupted\"/>\n",
              out);
        break;
    case OUTCOME_NOT_RUN:
        fputs("      <skipped message=\"not run: interrupted\"/>\n", out);
        break;
    default:
        break;
    }
}

static void put_line(FILE *out, const char *what, const char *text)
{
    if (text != NULL && text[0] != '\0') {
        fprintf(out, "%-9s ", what);
        xml_text(out, text);
        fputc('\n', out);
    }
}

static void put_costs(FILE *out, const struct outcome *outcome)
{
    for (unsigned i = 0; i < outcome->devices; i++) {
        const struct outcome_cost *cost = &outcome->cost[i];
        char energy[32];

        fprintf(
            out,
            "cost      device %u: %s, %" PRIu64 " bytes on the air, %" PRIu64
            " sessions, %" PRIu64 " bytes billed\n",
            i + 1, cost_energy(cost->account.total_uj, energy, sizeof energy),
            cost->bill.carried, cost->bill.sessions, bill_bytes(&cost->bill));
    }
}

static void put_output(FILE *out, const struct plan_item *item)
{
    const struct outcome *outcome = &item->outcome;

    if (outcome->token == NULL) {
        return;
    }
    fputs("      <system-out>\n", out);
    put_line(out, "title", item->title);
    put_line(out, "token", outcome->token);
    put_line(out, "replay", outcome->replay);
    put_line(out, "watch", outcome->watch);
    put_line(out, "debug", outcome->debug);
    put_line(out, "evidence", outcome->evidence);
    put_costs(out, outcome);
    fputs("</system-out>\n", out);
}

static void put_case(FILE *out, const struct plan_item *item)
{
    fputs("    <testcase", out);
    put_class(out, item->path);
    xml_attribute(out, "name", item->name);
    put_time(out, item->outcome.time_ns);
    fputs(">\n", out);
    put_verdict(out, item);
    put_output(out, item);
    fputs("    </testcase>\n", out);
}

/* ---- the whole ---------------------------------------------------------- */

static void put_totals(FILE *out, const struct tally *tally)
{
    put_number(out, "tests", tally->total);
    put_number(out, "failures",
               tally->of[OUTCOME_FAILED] + tally->of[OUTCOME_LIMIT]);
    put_number(out, "errors",
               tally->of[OUTCOME_ERROR] + tally->of[OUTCOME_STOPPED]);
}

void junit_write(FILE *out, const struct plan *plan)
{
    struct tally tally;

    tally_count(&tally, plan);
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
          "<!-- times are virtual: what passed for the device -->\n"
          "<testsuites name=\"otalab\"",
          out);
    put_totals(out, &tally);
    put_time(out, tally.time_ns);
    fputs(">\n  <testsuite name=\"otalab\"", out);
    put_totals(out, &tally);
    put_number(out, "skipped", tally.of[OUTCOME_NOT_RUN]);
    put_time(out, tally.time_ns);
    fputs(">\n    <properties>\n"
          "      <property name=\"time\" value=\"virtual seconds\"/>\n"
          "    </properties>\n",
          out);
    for (size_t i = 0; i < plan->count; i++) {
        put_case(out, &plan->item[i]);
    }
    fputs("  </testsuite>\n</testsuites>\n", out);
}
