/* SPDX-License-Identifier: MIT */
#include "report/sweep_junit.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "report/github.h"
#include "report/sweep_text.h"
#include "report/xml.h"
#include "sweep/check.h"
#include "sweep/summary.h"

#define LISTED 10u /* failures in a case */

static bool is_of(const struct summary_row *row,
                  const struct sweep_result *result,
                  const struct sweep_failure *failure)
{
    if (failure->position >= result->sweep.positions) {
        return false;
    }
    const struct sweep_place *place =
        &result->sweep.position[failure->position].place;

    return place->code == row->code &&
           strcmp(place->partition, row->partition) == 0;
}

static void put_failures(FILE *out, const struct sweep_result *result,
                         const struct summary_row *row)
{
    unsigned listed = 0;
    size_t more = 0;

    for (size_t i = 0; i < result->sweep.failures; i++) {
        const struct sweep_failure *failure = &result->sweep.failure[i];

        if (!is_of(row, result, failure)) {
            continue;
        }
        if (listed++ >= LISTED) {
            more++;
            continue;
        }
        fprintf(out, "position %" PRIu32 ", cuts %" PRIu32 ": ",
                failure->position + 1, failure->cuts);
        xml_text(out, failure->text);
        fputs("\n  otalab replay '", out);
        xml_text(out, failure->token);
        fputs("'\n", out);
    }
    if (more > 0) {
        fprintf(out, "and %zu more\n", more);
    }
}

static void put_case(FILE *out, const struct sweep_result *result,
                     const struct summary_row *row)
{
    const struct result_tally *tally = &row->tally;
    char name[96];
    char class[96];
    char message[96];

    snprintf(name, sizeof name, "%s%s%s", result_operation(row->code),
             row->partition[0] != '\0' ? " " : "", row->partition);
    snprintf(class, sizeof class, "sweep.%s", result->name);
    snprintf(message, sizeof message, "%" PRIu64 " of %" PRIu64 " cuts fail",
             tally->of[SWEEP_FAILED], tally->cuts);
    fputs("    <testcase", out);
    xml_attribute(out, "classname", class);
    xml_attribute(out, "name", name);
    fprintf(out, " time=\"%" PRIu64 ".%06u\">\n", tally->time_ns / 1000000000u,
            (unsigned)(tally->time_ns / 1000u % 1000000u));
    if (tally->of[SWEEP_FAILED] > 0) {
        fputs("      <failure", out);
        xml_attribute(out, "message", message);
        fputs(" type=\"sweep\">\n", out);
        put_failures(out, result, row);
        fputs("</failure>\n", out);
    } else if (tally->of[SWEEP_OPEN] == tally->cuts) {
        fputs("      <skipped message=\"not run\"/>\n", out);
    }
    fputs("    </testcase>\n", out);
}

/* What belongs to no operation. */
static void put_delivery(FILE *out, const struct sweep_result *result)
{
    const struct sweep_counts *counts = &result->sweep.counts;
    char message[160];

    fputs("    <testcase", out);
    xml_attribute(out, "classname", "sweep");
    xml_attribute(out, "name", "cuts as asked for");
    fputs(" time=\"0.000000\">\n", out);
    if (counts->asked != counts->delivered) {
        snprintf(message, sizeof message,
                 "%" PRIu64 " of %" PRIu64 " cuts left something else",
                 counts->asked - counts->delivered, counts->asked);
        fputs("      <failure", out);
        xml_attribute(out, "message", message);
        fputs(" type=\"sweep\"/>\n", out);
    }
    if (check_differed(&result->sweep) > 0) {
        snprintf(message, sizeof message,
                 "%" PRIu64 " cases end in another way when they are checked",
                 check_differed(&result->sweep));
        fputs("      <error", out);
        xml_attribute(out, "message", message);
        fputs(" type=\"simulator\"/>\n", out);
    } else if (result->sweep.interrupted) {
        fputs("      <error message=\"interrupted\" type=\"interrupted\"/>\n",
              out);
    }
    fputs("    </testcase>\n", out);
}

static size_t count_failed(const struct sweep_result *result,
                           const struct summary *summary)
{
    const struct sweep_counts *counts = &result->sweep.counts;
    size_t failed = counts->asked != counts->delivered ? 1 : 0;

    for (size_t i = 0; i < summary->rows; i++) {
        failed += summary->row[i].tally.of[SWEEP_FAILED] > 0 ? 1 : 0;
    }
    return failed;
}

int sweep_junit(FILE *out, const struct sweep_result *result)
{
    struct summary summary;
    int err = summary_make(result, false, &summary);
    size_t cases = 1;

    for (size_t i = 0; i < summary.rows; i++) {
        cases += summary.row[i].positions > 0 ? 1 : 0;
    }
    fprintf(out,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            "<!-- times are virtual: the longest recovery -->\n"
            "<testsuites name=\"otalab\">\n"
            "  <testsuite name=\"otalab sweep\" tests=\"%zu\" failures=\"%zu\" "
            "errors=\"%d\">\n",
            cases, count_failed(result, &summary),
            check_differed(&result->sweep) > 0 || result->sweep.interrupted
                ? 1
                : 0);
    for (size_t i = 0; i < summary.rows; i++) {
        if (summary.row[i].positions > 0) {
            put_case(out, result, &summary.row[i]);
        }
    }
    put_delivery(out, result);
    fputs("  </testsuite>\n</testsuites>\n", out);
    summary_free(&summary);
    return err;
}

/* ---- GitHub ----------------------------------------------------------------- */

static void put_escaped(FILE *out, const char *text)
{
    uint32_t code;

    while ((code = utf8_next(&text)) != 0) {
        if (code == '%' || code < 0x20u) {
            fprintf(out, "%%%02X", (unsigned)code);
        } else {
            utf8_put(out, code);
        }
    }
}

void sweep_annotate(FILE *out, const struct sweep_result *result)
{
    struct sweep_group *groups = NULL;
    size_t count = sweep_groups(result, &groups);
    char path[1024];

    github_path(result->path, getenv("GITHUB_WORKSPACE"), path, sizeof path);
    for (size_t i = 0; i < count && i < LISTED; i++) {
        const struct sweep_failure *failure = groups[i].first;

        fputs("::error file=", out);
        for (const char *at = path; *at != '\0'; at++) {
            if (strchr("%:,\r\n", *at) != NULL) {
                fprintf(out, "%%%02X", (unsigned char)*at);
            } else {
                fputc(*at, out);
            }
        }
        fprintf(out, ",title=sweep of %s::", result->name);
        put_escaped(out, failure->text);
        fprintf(out, " (%zu alike)%%0Areplay: otalab replay '",
                groups[i].count);
        put_escaped(out, failure->token);
        fputs("'\n", out);
    }
    free(groups);
}
