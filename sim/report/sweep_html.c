/* SPDX-License-Identifier: MIT */
#include "report/sweep_html.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "record/event.h"
#include "report/sweep_page.h"
#include "report/sweep_text.h"
#include "report/sweep_time.h"
#include "report/xml.h"
#include "sweep/check.h"
#include "sweep/family.h"
#include "sweep/summary.h"

#define SHOWN 20u /* kinds of failure */

static const char letters[] = {[SWEEP_OPEN] = '?',
                               [SWEEP_SAME] = '.',
                               [SWEEP_OTHER] = 'o',
                               [SWEEP_FAILED] = 'X'};

static void put_element(FILE *out, const char *tag, const char *text)
{
    fprintf(out, "<%s>", tag);
    xml_text(out, text);
    fprintf(out, "</%s>", tag);
}

static bool is_asked(const struct sweep_result *result, size_t index)
{
    return index + 1 >= result->first && index + 1 <= result->last;
}

/* ---- totals ----------------------------------------------------------------- */

static void put_total(FILE *out, const char *name, const char *value)
{
    fputs("<tr><th scope=\"row\">", out);
    xml_text(out, name);
    fputs("</th><td>", out);
    xml_text(out, value);
    fputs("</td></tr>\n", out);
}

static void put_verdict(FILE *out, const struct sweep_result *result,
                        const struct result_tally *tally)
{
    static const char *const words[] = {
        [SWEEP_SAME] = "PASS", [SWEEP_OTHER] = "PART", [SWEEP_FAILED] = "FAIL"};
    const struct sweep *sweep = &result->sweep;
    enum sweep_end end =
        sweep->failures > 0 || sweep->counts.asked != sweep->counts.delivered
            ? SWEEP_FAILED
        : sweep->interrupted ? SWEEP_OTHER
                             : SWEEP_SAME;

    fprintf(out,
            "<p><strong class=\"verdict %s\">%s</strong> %" PRIu64
            " of %" PRIu64 " cuts judged, %" PRIu64 " fail%s.</p>\n",
            result_end_name(end), words[end],
            tally->cuts - tally->of[SWEEP_OPEN], tally->cuts,
            tally->of[SWEEP_FAILED], sweep->interrupted ? "; interrupted" : "");
}

/* Of those that end well: where the device needs longest. */
static const struct sweep_effect *longest(const struct sweep_result *result,
                                          size_t *position)
{
    const struct sweep_effect *most = NULL;

    for (size_t i = 0; i < result->sweep.positions; i++) {
        const struct sweep_position *at = &result->sweep.position[i];

        for (unsigned k = 0; k < at->effects; k++) {
            const struct sweep_effect *effect = &at->effect[k];

            if ((effect->end == SWEEP_SAME || effect->end == SWEEP_OTHER) &&
                (most == NULL || effect->time_ns > most->time_ns)) {
                most = effect;
                *position = i;
            }
        }
    }
    return most;
}

static void put_longest(FILE *out, const struct sweep_result *result)
{
    size_t position = 0;
    const struct sweep_effect *effect = longest(result, &position);
    char time[32];

    fputs("<tr><th scope=\"row\">longest recovery</th><td>", out);
    if (effect == NULL) {
        fputs("none", out);
    } else {
        fprintf(out,
                "%s of the device's time, %" PRIu32
                " boots, after %s at <a href=\"#p%zu\">position %zu</a>",
                sweep_seconds(effect->time_ns, time, sizeof time),
                effect->boots, effect->form->name, position + 1, position + 1);
    }
    fputs("</td></tr>\n", out);
}

static void put_totals(FILE *out, const struct sweep_result *result,
                       const struct result_tally *tally)
{
    const struct sweep_counts *counts = &result->sweep.counts;
    struct summary_window window = summary_window(result);
    char command[256];
    char text[512];

    fputs("<table><caption>The sweep</caption>\n", out);
    result_command(result, command, sizeof command);
    put_total(out, "command", command);
    snprintf(text, sizeof text, "%" PRIu64 " of %zu", counts->positions,
             result->sweep.positions);
    put_total(out, "cut positions", text);
    if (window.fatal > 0) {
        summary_window_text(&window, text, sizeof text);
        put_total(out, "fatal window", text);
    }
    snprintf(text, sizeof text,
             "%" PRIu64 " asked for, %" PRIu64 " delivered exactly so",
             counts->asked, counts->delivered);
    put_total(out, "cuts", text);
    snprintf(text, sizeof text,
             "%" PRIu64 "; %" PRIu64 " cuts led to a known one", counts->nodes,
             counts->merged);
    put_total(out, "distinct boots", text);
    snprintf(text, sizeof text, "%.2f boots on average, at most %" PRIu32,
             tally->mean_boots, tally->boots);
    put_total(out, "recovery", text);
    put_longest(out, result);
    for (unsigned i = 0; i < SWEEP_CHECKS; i++) {
        char summary[96];

        snprintf(
            text, sizeof text, "%" PRIu64 ", %s", result->sweep.check[i].cases,
            check_summary(&result->sweep.check[i], summary, sizeof summary));
        put_total(out, check_text(i), text);
    }
    summary_covered(result, text, sizeof text);
    put_total(out, "explored", text);
    summary_left_out(result, text, sizeof text);
    put_total(out, "not explored", text);
    fputs("</table>\n", out);
}

/* ---- the strip -------------------------------------------------------------- */

static void put_button(FILE *out, const struct sweep_result *result,
                       size_t index)
{
    const struct sweep_position *position = &result->sweep.position[index];
    unsigned worst = sweep_worst(position);
    char label[128];

    snprintf(label, sizeof label, "position %zu, %s %s: %s", index + 1,
             result_operation(position->place.code), position->place.partition,
             result_end_text(worst));
    fprintf(out,
            "<button type=\"button\" class=\"%s\" id=\"p%zu\" "
            "data-position=\"%zu\" aria-pressed=\"false\"",
            result_end_name(worst), index + 1, index + 1);
    xml_attribute(out, "aria-label", label);
    xml_attribute(out, "title", label);
    fprintf(out, ">%c</button>\n", letters[worst]);
}

static void put_band(FILE *out, const struct sweep_result *result,
                     const struct summary_band *band, size_t number)
{
    const struct sweep_position *first = &result->sweep.position[band->first];
    const struct sweep_position *last = first + band->count - 1;
    char from[32];
    char to[32];
    bool begun = false;

    for (size_t i = band->first; i < band->first + band->count; i++) {
        if (!is_asked(result, i)) {
            continue;
        }
        if (!begun) {
            fprintf(out, "<h3 id=\"band-%zu\">boot %" PRIu32 ", ", number,
                    band->boot);
            xml_text(out, band->program);
            fprintf(out,
                    " <small>%s to %s</small></h3>\n"
                    "<div class=\"cells\" role=\"group\" "
                    "aria-labelledby=\"band-%zu\">\n",
                    sweep_seconds(first->time_ns, from, sizeof from),
                    sweep_seconds(last->time_ns, to, sizeof to), number);
            begun = true;
        }
        put_button(out, result, i);
    }
    fputs(begun ? "</div>\n" : "", out);
}

static void put_strip(FILE *out, const struct sweep_result *result,
                      const struct summary *summary)
{
    fputs("<h2 id=\"strip\">Cut positions</h2>\n"
          "<p>Each cell is a position at which power may fail, in the order of "
          "the run without a cut; it shows its worst effect. Choose one for "
          "details: Enter, or a click; arrow keys move.</p>\n<p class=\"key\">",
          out);
    for (unsigned end = 0; end <= SWEEP_FAILED; end++) {
        fprintf(out,
                "<span class=\"%s\" aria-hidden=\"true\">%c</span> %s<br>\n",
                result_end_name(end), letters[end], result_end_text(end));
    }
    fputs("</p>\n<noscript><p>Details of a cell need JavaScript.</p>"
          "</noscript>\n",
          out);
    for (size_t i = 0; i < summary->bands; i++) {
        put_band(out, result, &summary->band[i], i + 1);
    }
    sweep_time(out, result, summary);
    fputs("<section id=\"detail\" aria-live=\"polite\" "
          "aria-label=\"The chosen position\">\n"
          "<p>No position is chosen.</p></section>\n",
          out);
}

/* ---- coverage ----------------------------------------------------------------- */

/* A cell: how many such cuts, and the worst of them. */
static void put_coverage(FILE *out, const struct result_tally *tally)
{
    unsigned worst = SWEEP_OPEN;

    for (unsigned end = SWEEP_OPEN; end <= SWEEP_FAILED; end++) {
        worst = tally->of[end] > 0 ? end : worst;
    }
    if (tally->cuts == 0) {
        fputs("<td class=\"hole\">none</td>", out);
        return;
    }
    fprintf(out, "<td class=\"n %s\">%" PRIu64 "%s%s", result_end_name(worst),
            tally->cuts, worst == SWEEP_SAME ? "" : " ",
            worst == SWEEP_SAME ? "" : result_end_name(worst));
    fputs("</td>", out);
}

static void put_coverage_row(FILE *out, const struct summary_row *row,
                             unsigned forms)
{
    fputs("<tr><th scope=\"row\">", out);
    xml_text(out, row->partition[0] != '\0' ? row->partition : "-");
    fputs("</th><td>", out);
    xml_text(out, row->program);
    fprintf(out, "</td><td>%s</td>", result_journal_name(row->journal));
    for (unsigned i = 0; i < forms; i++) {
        put_coverage(out, &row->form[i]);
    }
    if (family_random(row->code) != NULL) {
        put_coverage(out, &row->form[forms]);
    }
    fputs("</tr>\n", out);
}

static void put_coverage_head(FILE *out, uint32_t code,
                              const struct sweep_form *form, unsigned forms)
{
    fprintf(out,
            "<div class=\"scroll\" tabindex=\"0\"><table class=\"wide\">"
            "<caption>Cuts at: %s</caption>\n"
            "<thead><tr><th scope=\"col\">partition</th>"
            "<th scope=\"col\">program</th><th scope=\"col\">journal</th>",
            result_operation(code));
    for (unsigned i = 0; i < forms; i++) {
        fputs("<th scope=\"col\">", out);
        xml_text(out, form[i].name);
        fputs("</th>", out);
    }
    fputs(family_random(code) != NULL ? "<th scope=\"col\">random</th>" : "",
          out);
    fputs("</tr></thead><tbody>\n", out);
}

static void put_holes(FILE *out, const struct summary_hole *hole, size_t holes,
                      uint32_t code)
{
    bool begun = false;

    for (size_t i = 0; i < holes; i++) {
        const char *partition = hole[i].operation->partition;

        if (hole[i].operation->code != code) {
            continue;
        }
        fputs(begun ? "<li>" : "<p>This never occurred:</p>\n<ul>\n<li>", out);
        begun = true;
        xml_text(out, hole[i].state->program);
        fprintf(out, " (%s), %s ", result_journal_name(hole[i].state->journal),
                result_operation(code));
        xml_text(out, partition);
        fprintf(out, "%s%s</li>\n", hole[i].form != NULL ? ": " : "",
                hole[i].form != NULL ? hole[i].form->name : "");
    }
    fputs(begun ? "</ul>\n" : "", out);
}

static int put_coverages(FILE *out, const struct sweep_result *result)
{
    struct summary summary;
    struct summary_hole *hole = NULL;
    int err = summary_make(result, true, &summary);
    size_t holes = summary_holes(result, &summary, &hole);

    fputs("<h2 id=\"coverage\">State, operation, effect</h2>\n"
          "<p>How many cuts of each kind were made while a program ran and the "
          "journal was in a state, and the worst that followed.</p>\n",
          out);
    for (size_t i = 0; i < summary.rows && err == 0; i++) {
        const struct sweep_form *form = NULL;
        uint32_t code = summary.row[i].code;
        unsigned forms = family_forms(code, &form);
        bool last = i + 1 == summary.rows || summary.row[i + 1].code != code;

        if (i == 0 || summary.row[i - 1].code != code) {
            put_coverage_head(out, code, form, forms);
        }
        if (summary.row[i].positions > 0) {
            put_coverage_row(out, &summary.row[i], forms);
        }
        if (last) {
            fputs("</tbody></table></div>\n", out);
            put_holes(out, hole, holes, code);
        }
    }
    free(hole);
    summary_free(&summary);
    return err;
}

/* ---- failures ------------------------------------------------------------------- */

static const char *failure_at(const struct sweep_failure *failure, char *out,
                              size_t size)
{
    size_t number = (size_t)failure->position + 1;

    out[0] = '\0';
    if (failure->position != SWEEP_NONE) {
        snprintf(out, size, ", the first at <a href=\"#p%zu\">position %zu</a>",
                 number, number);
    }
    return out;
}

static void put_failures(FILE *out, const struct sweep_result *result)
{
    struct sweep_group *groups = NULL;
    size_t count = sweep_groups(result, &groups);

    fputs("<h2 id=\"failures\">Failures</h2>\n", out);
    if (result->sweep.failures == 0) {
        fputs("<p>None.</p>\n", out);
    }
    for (size_t i = 0; i < count && i < SHOWN; i++) {
        const struct sweep_failure *failure = groups[i].first;
        char at[96];

        fputs("<article>", out);
        put_element(out, "h3", failure->text);
        fprintf(out,
                "<p>After %" PRIu32 " cut%s%s; %zu alike.</p>\n"
                "<pre id=\"failure-%zu\">otalab replay '",
                failure->cuts, failure->cuts == 1 ? "" : "s",
                failure_at(failure, at, sizeof at), groups[i].count, i + 1);
        xml_text(out, failure->token);
        fputs("'</pre></article>\n", out);
    }
    if (count > SHOWN) {
        fprintf(out, "<p>And %zu more kinds.</p>\n", count - SHOWN);
    }
    free(groups);
}

/* ---- data for the script ----------------------------------------------------------- */

/* With and without a partition; numbers stand for what the script fills in. */
static void put_fault(struct json *json, uint32_t code,
                      const struct sweep_form *form)
{
    struct sweep_place at = {.code = code,
                             .nth = UINT32_MAX,
                             .partition = "PARTITION"};
    uint32_t draw = form->random ? UINT32_MAX - 1 : 0;
    char fault[TOKEN_FAULT_SIZE];

    json_open(json, form->name, '[');
    family_fault(&at, form, draw, fault, sizeof fault);
    json_text(json, NULL, fault);
    at.partition[0] = '\0';
    family_fault(&at, form, draw, fault, sizeof fault);
    json_text(json, NULL, fault);
    json_close(json, ']');
}

static void put_faults(struct json *json)
{
    json_open(json, "faults", '{');
    for (uint32_t code = 0; code < EVENT_COUNT; code++) {
        const struct sweep_form *form = NULL;
        unsigned forms = family_forms(code, &form);

        if (forms > 0) {
            json_open(json, event_kind(code)->name, '{');
        }
        for (unsigned i = 0; i < forms; i++) {
            put_fault(json, code, &form[i]);
        }
        if (family_random(code) != NULL) {
            put_fault(json, code, family_random(code));
        }
        if (forms > 0) {
            json_close(json, '}');
        }
    }
    json_close(json, '}');
}

static void put_seconds(struct json *json, uint64_t ns)
{
    char text[32];

    snprintf(text, sizeof text, "%" PRIu64 ".%03u", ns / 1000000000u,
             (unsigned)(ns / 1000000u % 1000u));
    json_raw(json, NULL, text);
}

static void put_effect(struct json *json, const struct sweep_effect *effect)
{
    json_open(json, NULL, '[');
    json_text(json, NULL, effect->form->name);
    json_text(json, NULL, result_end_name((enum sweep_end)effect->end));
    json_number(json, NULL, effect->boots);
    put_seconds(json, effect->time_ns);
    json_bool(json, NULL, effect->merged);
    json_number(json, NULL, effect->draw);
    json_close(json, ']');
}

static void put_position(struct json *json,
                         const struct sweep_position *position)
{
    json_line(json);
    json_open(json, NULL, '[');
    json_text(json, NULL, event_kind(position->place.code)->name);
    json_number(json, NULL, position->place.nth);
    json_text(json, NULL, position->place.partition);
    json_number(json, NULL, position->place.address);
    put_seconds(json, position->time_ns);
    json_number(json, NULL, position->boot);
    json_text(json, NULL, position->program);
    json_text(json, NULL, result_journal_name(position->journal));
    json_open(json, NULL, '[');
    for (unsigned i = 0; i < position->effects; i++) {
        put_effect(json, &position->effect[i]);
    }
    json_close(json, ']');
    json_close(json, ']');
}

static void put_values(FILE *out, const struct sweep_result *result)
{
    static char token[TOKEN_MAX];
    struct token clean = result->sweep.token;
    struct json json = json_stream(out);

    clean.recording[0] = '\0';
    (void)token_print(&clean, token, sizeof token);
    json_open(&json, NULL, '{');
    json_text(&json, "token", token);
    json_open(&json, "ends", '{');
    for (unsigned end = 0; end <= SWEEP_FAILED; end++) {
        json_text(&json, result_end_name(end), result_end_text(end));
    }
    json_close(&json, '}');
    put_faults(&json);
    json_open(&json, "positions", '[');
    for (size_t i = 0; i < result->sweep.positions; i++) {
        put_position(&json, &result->sweep.position[i]);
    }
    json_close(&json, ']');
    json_close(&json, '}');
}

/* In a script element, '<' could end it; in JSON it only occurs in texts. */
static ssize_t put_escaped(void *cookie, const char *bytes, size_t size)
{
    FILE *out = cookie;

    for (size_t i = 0; i < size; i++) {
        if (bytes[i] == '<') {
            fputs("\\u003c", out);
        } else {
            fputc(bytes[i], out);
        }
    }
    return (ssize_t)size;
}

static int put_data(FILE *out, const struct sweep_result *result)
{
    cookie_io_functions_t functions = {.write = put_escaped};
    FILE *json = fopencookie(out, "w", functions);

    if (json == NULL) {
        return -1;
    }
    fputs("<script type=\"application/json\" id=\"data\">", out);
    put_values(json, result);
    int err = fclose(json) != 0 ? -1 : 0;

    fputs("</script>\n", out);
    return err;
}

/* ---- the whole ------------------------------------------------------------------------ */

static void put_head(FILE *out, const struct sweep_result *result)
{
    fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
          "<meta charset=\"utf-8\">\n"
          "<meta name=\"viewport\" content=\"width=device-width\">\n"
          "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src "
          "'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n",
          out);
    put_element(out, "title", result->name);
    fprintf(out, "\n<style>\n%s</style>\n</head>\n<body>\n<main>\n",
            sweep_page_style);
    fputs("<h1>Sweep of ", out);
    xml_text(out, result->name);
    fputs("</h1>\n", out);
    put_element(out, "p", result->title);
    fputs("\n<nav aria-label=\"On this page\"><a href=\"#strip\">Cut "
          "positions</a>, <a href=\"#failures\">failures</a>, "
          "<a href=\"#coverage\">state, operation, effect</a></nav>\n",
          out);
}

int sweep_html(FILE *out, const struct sweep_result *result)
{
    struct result_tally tally;
    struct summary summary;
    int err = summary_make(result, false, &summary);

    result_tally(result, &tally);
    put_head(out, result);
    put_verdict(out, result, &tally);
    put_totals(out, result, &tally);
    put_strip(out, result, &summary);
    put_failures(out, result);
    err = err ? err : put_coverages(out, result);
    fputs("</main>\n", out);
    err = err ? err : put_data(out, result);
    fprintf(out, "<script>\n%s</script>\n</body>\n</html>\n",
            sweep_page_script);
    summary_free(&summary);
    return err;
}
