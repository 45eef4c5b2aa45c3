/* SPDX-License-Identifier: MIT */
#include "report/sweep_text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "record/event.h"
#include "sweep/check.h"
#include "sweep/summary.h"

#define CELLS 64u      /* of the strip, in a line */
#define CELLS_ALL 1600 /* in all; with more positions, a cell shows several */
#define SHOWN 5u       /* groups of failures in full */
#define HOLES 6u       /* combinations that never occurred */

static const struct {
    const char *glyph;
    const char *ascii;
    const char *color;
    const char *means;
} cells[SWEEP_FAILED + 1] = {
    [SWEEP_SAME] = {"·", ".", "\033[32m",
                    "recovers, and ends as without a cut"},
    [SWEEP_OTHER] = {"◆", "o", "\033[33m",
                     "recovers, but ends with another image or unconfirmed"},
    [SWEEP_FAILED] = {"✗", "X", "\033[31m", "fails"},
    [SWEEP_OPEN] = {"░", "?", "\033[36m", "not run"},
};

struct page {
    FILE *out;
    const struct sweep_result *result;
    const struct sweep_show *show;
    size_t step; /* positions a cell */
};

static const char *paint(const struct page *page, const char *color)
{
    return page->show->color ? color : "";
}

const char *sweep_seconds(uint64_t ns, char *out, size_t size)
{
    snprintf(out, size, "%" PRIu64 ".%03u s", ns / 1000000000u,
             (unsigned)(ns / 1000000u % 1000u));
    return out;
}

/* ---- the strip -------------------------------------------------------------- */

static void put_cell(const struct page *page, unsigned kind)
{
    fprintf(page->out, "%s%s%s", paint(page, cells[kind].color),
            page->show->ascii ? cells[kind].ascii : cells[kind].glyph,
            paint(page, "\033[0m"));
}

static void put_label(const struct page *page, const struct summary_band *band,
                      bool first, bool new_boot)
{
    char boot[16] = "";

    if (new_boot) {
        snprintf(boot, sizeof boot, "boot %" PRIu32, band->boot);
    }
    fprintf(page->out, "  %-8s %-10.10s ", boot, first ? band->program : "");
}

/* The positions asked for, from .. to (not included), of a band. */
static void put_band(const struct page *page, const struct summary_band *band,
                     size_t from, size_t to, bool new_boot)
{
    size_t shown = 0;

    for (size_t i = from; i < to; i += page->step) {
        unsigned worst = SWEEP_OPEN;

        for (size_t k = i; k < i + page->step && k < to; k++) {
            unsigned one = sweep_worst(&page->result->sweep.position[k]);

            worst = one > worst ? one : worst;
        }
        if (shown % CELLS == 0) {
            fputs(shown > 0 ? "\n" : "", page->out);
            put_label(page, band, shown == 0, shown == 0 && new_boot);
        }
        put_cell(page, worst);
        shown++;
    }
    fputc('\n', page->out);
}

static bool is_asked(const struct sweep_result *result, size_t index)
{
    return index + 1 >= result->first && index + 1 <= result->last;
}

static bool occurs(const struct sweep_result *result, unsigned end)
{
    for (size_t i = 0; i < result->sweep.positions; i++) {
        if (is_asked(result, i) &&
            sweep_worst(&result->sweep.position[i]) == end) {
            return true;
        }
    }
    return false;
}

static void put_legend(const struct page *page)
{
    fputc('\n', page->out);
    for (unsigned end = 0; end <= SWEEP_FAILED; end++) {
        if (occurs(page->result, end)) {
            fputs("  ", page->out);
            put_cell(page, end);
            fprintf(page->out, " %s\n", cells[end].means);
        }
    }
    if (page->step > 1) {
        fprintf(page->out,
                "  Each sign stands for %zu positions; the worst shows.\n",
                page->step);
    } else {
        fputs("  Each sign is a position; its worst effect shows.\n",
              page->out);
    }
}

static void put_strip(const struct page *page, const struct summary *summary)
{
    uint32_t boot = 0;

    fputc('\n', page->out);
    for (size_t i = 0; i < summary->bands; i++) {
        const struct summary_band *band = &summary->band[i];
        size_t from = band->first;
        size_t to = band->first + band->count;

        while (from < to && !is_asked(page->result, from)) {
            from++;
        }
        while (from < to && !is_asked(page->result, to - 1)) {
            to--;
        }
        if (from < to) {
            put_band(page, band, from, to, band->boot != boot);
            boot = band->boot;
        }
    }
    put_legend(page);
}

/* ---- tables ----------------------------------------------------------------- */

static void put_rows(const struct page *page, const struct summary *summary)
{
    fprintf(page->out, "\n  %-24s %9s %7s %7s %7s %7s %7s  %s\n", "operation",
            "positions", "cuts", "same", "other", "failed", "not run",
            "longest recovery");
    for (size_t i = 0; i < summary->rows; i++) {
        const struct summary_row *row = &summary->row[i];
        const struct result_tally *tally = &row->tally;
        char name[64];
        char time[32];

        if (row->positions == 0) {
            continue;
        }
        snprintf(name, sizeof name, "%s %s", result_operation(row->code),
                 row->partition);
        fprintf(page->out,
                "  %-24s %9" PRIu64 " %7" PRIu64 " %7" PRIu64 " %7" PRIu64
                " %7" PRIu64 " %7" PRIu64 "  %" PRIu32 " boot%s, %s\n",
                name, row->positions, tally->cuts, tally->of[SWEEP_SAME],
                tally->of[SWEEP_OTHER], tally->of[SWEEP_FAILED],
                tally->of[SWEEP_OPEN], tally->boots,
                tally->boots == 1 ? "" : "s",
                sweep_seconds(tally->time_ns, time, sizeof time));
    }
}

static double rate(uint64_t count, uint64_t ms)
{
    return ms > 0 ? 1000.0 * (double)count / (double)ms : 0;
}

static void put_checks(const struct page *page)
{
    const struct sweep *sweep = &page->result->sweep;

    for (unsigned i = 0; i < SWEEP_CHECKS && check_was_asked(sweep); i++) {
        const struct sweep_check *check = &sweep->check[i];
        char text[96];

        fprintf(page->out, "  %-18s %" PRIu64 " case%s %s, %s\n", "cross-check",
                check->cases, check->cases == 1 ? "" : "s", check_text(i),
                check_summary(check, text, sizeof text));
    }
}

static void put_cost(const struct page *page)
{
    const struct sweep_counts *counts = &page->result->sweep.counts;
    uint64_t ms = counts->host_ms;

    fprintf(page->out,
            "  %-18s %" PRIu64 " run in %" PRIu64 ".%" PRIu64
            " s: %.1f boots/s, %.1f cases/s, %.1f cuts/s\n",
            "boots", counts->boots, ms / 1000, ms / 100 % 10,
            rate(counts->boots, ms), rate(counts->nodes, ms),
            rate(counts->asked - counts->elsewhere, ms));
    put_checks(page);
}

static void put_window(const struct page *page)
{
    struct summary_window window = summary_window(page->result);
    char text[160];

    if (window.fatal > 0) {
        summary_window_text(&window, text, sizeof text);
        fprintf(page->out, "  %-18s %s\n", "fatal window", text);
    }
}

static void put_totals(const struct page *page,
                       const struct result_tally *tally)
{
    const struct sweep *sweep = &page->result->sweep;
    const struct sweep_counts *counts = &sweep->counts;
    char time[32];

    fprintf(page->out,
            "\n  %-18s %" PRIu64 " of %zu in %s of the run without a cut\n",
            "cut positions", counts->positions, sweep->positions,
            sweep_seconds(summary_length(page->result), time, sizeof time));
    put_window(page);
    fprintf(page->out,
            "  %-18s %" PRIu64 " asked for, %" PRIu64
            " delivered exactly so; up to %" PRIu32 " in a row\n",
            "cuts", counts->asked, counts->delivered,
            sweep->depth > 0 ? sweep->depth : 1);
    fprintf(page->out,
            "  %-18s %" PRIu64 " distinct boots; %" PRIu64
            " cuts led to one that was known\n",
            "cases", counts->nodes, counts->merged);
    put_cost(page);
    fprintf(page->out,
            "  %-18s %.2f boots on average; at most %" PRIu32
            ", and %s of the device's time\n",
            "recovery", tally->mean_boots, tally->boots,
            sweep_seconds(tally->time_ns, time, sizeof time));
    fprintf(page->out, "  %-18s %" PRIu32 " bytes, the largest\n", "image",
            sweep->image_size);
}

/* Text in lines of at most 60 columns, after a label. */
static void put_wrapped(const struct page *page, const char *label,
                        const char *text)
{
    while (*text != '\0') {
        size_t length = strlen(text);
        size_t take = length < 60 ? length : 60;

        while (take < length && take > 0 && text[take] != ' ') {
            take--;
        }
        take = take > 0 ? take : length;
        fprintf(page->out, "  %-18s %.*s\n", label, (int)take, text);
        text += take + (text[take] == ' ' ? 1 : 0);
        label = "";
    }
}

static void put_limits(const struct page *page)
{
    char text[400];

    summary_covered(page->result, text, sizeof text);
    put_wrapped(page, "explored", text);
    summary_left_out(page->result, text, sizeof text);
    put_wrapped(page, "not explored", text);
}

/* The first combinations of operation, state and effect that never occurred. */
static void put_holes(const struct page *page)
{
    struct summary summary;
    struct summary_hole *hole = NULL;
    int err = summary_make(page->result, true, &summary);
    size_t holes = err ? 0 : summary_holes(page->result, &summary, &hole);
    size_t shown = holes < HOLES ? holes : HOLES;
    char text[160];

    for (size_t i = 0; i < shown; i++) {
        const struct summary_row *operation = hole[i].operation;

        snprintf(text, sizeof text, "%s%s%s in %.40s, %s%s%s",
                 result_operation(operation->code),
                 operation->partition[0] != '\0' ? " " : "",
                 operation->partition, hole[i].state->program,
                 result_journal_name(hole[i].state->journal),
                 hole[i].form != NULL ? ": " : "",
                 hole[i].form != NULL ? hole[i].form->name : "");
        put_wrapped(page, i == 0 ? "never occurred" : "", text);
    }
    if (holes > shown) {
        snprintf(text, sizeof text, "and %zu more; --html lists them",
                 holes - shown);
        put_wrapped(page, "", text);
    }
    free(hole);
    summary_free(&summary);
}

/* ---- failures ---------------------------------------------------------------- */

/* Times differ from one failure to the next; digits do not make a group. */
static bool alike(const char *a, const char *b)
{
    static const char digits[] = "0123456789.";

    while (*a != '\0' && *b != '\0') {
        size_t in_a = strspn(a, digits);
        size_t in_b = strspn(b, digits);

        if ((in_a > 0) != (in_b > 0) || (in_a == 0 && *a != *b)) {
            return false;
        }
        a += in_a > 0 ? in_a : 1;
        b += in_b > 0 ? in_b : 1;
    }
    return *a == *b;
}

size_t sweep_groups(const struct sweep_result *result,
                    struct sweep_group **groups)
{
    const struct sweep *sweep = &result->sweep;
    size_t count = 0;

    *groups = calloc(sweep->failures + 1, sizeof **groups);
    for (size_t i = 0; *groups != NULL && i < sweep->failures; i++) {
        const struct sweep_failure *failure = &sweep->failure[i];
        size_t at = 0;

        while (at < count && !alike((*groups)[at].first->text, failure->text)) {
            at++;
        }
        if (at == count) {
            (*groups)[count++].first = failure;
        }
        (*groups)[at].count++;
    }
    return count;
}

static void put_failure(const struct page *page,
                        const struct sweep_group *group)
{
    const struct sweep_failure *failure = group->first;
    const char *firmware = page->show->firmware;

    fprintf(page->out, "\n%sFAIL%s %s", paint(page, "\033[31m"),
            paint(page, "\033[0m"), failure->text);
    if (failure->position == SWEEP_NONE) {
        fputs("\n  without a cut", page->out);
    } else {
        fprintf(page->out,
                "\n  after %" PRIu32 " cut%s, the first at position "
                "%" PRIu32,
                failure->cuts, failure->cuts == 1 ? "" : "s",
                failure->position + 1);
    }
    fprintf(page->out, "\n  replay    otalab replay%s%s '%s'\n",
            firmware != NULL ? " --firmware " : "",
            firmware != NULL ? firmware : "", failure->token);
    fprintf(page->out, "  watch     otalab tui%s%s '%s'\n",
            firmware != NULL ? " --firmware " : "",
            firmware != NULL ? firmware : "", failure->token);
    if (group->count > 1) {
        fprintf(page->out, "  and %zu more that fail alike\n",
                group->count - 1);
    }
}

static void put_failures(const struct page *page)
{
    struct sweep_group *groups = NULL;
    size_t count = sweep_groups(page->result, &groups);

    for (size_t i = 0; i < count && i < SHOWN; i++) {
        put_failure(page, &groups[i]);
    }
    if (count > SHOWN) {
        fprintf(page->out, "\nand %zu more kinds of failure\n", count - SHOWN);
    }
    free(groups);
}

static void put_undelivered(const struct page *page)
{
    const struct sweep_counts *counts = &page->result->sweep.counts;

    if (counts->asked != counts->delivered) {
        fprintf(page->out,
                "\nFAIL %" PRIu64 " of %" PRIu64 " cuts left something else "
                "than was asked for\n",
                counts->asked - counts->delivered, counts->asked);
    }
}

static void put_differs(const struct page *page)
{
    for (unsigned i = 0; i < SWEEP_CHECKS; i++) {
        const struct sweep_check *check = &page->result->sweep.check[i];

        if (check->differed == 0) {
            continue;
        }
        fprintf(page->out,
                "\nERROR a case %s ends in another way; please report it\n"
                "  replay    otalab replay '%s'\n",
                check_text(i), check->token != NULL ? check->token : "");
        if (check->other != NULL) {
            fprintf(page->out, "  against   otalab replay '%s'\n",
                    check->other);
        }
    }
}

/* ---- the whole ------------------------------------------------------------------ */

static void put_verdict(const struct page *page,
                        const struct result_tally *tally)
{
    const struct sweep_result *result = page->result;
    bool bad = result->sweep.failures > 0 ||
               result->sweep.counts.asked != result->sweep.counts.delivered;
    char shard[64] = "";

    if (result->shards > 1) {
        snprintf(shard, sizeof shard, ", shard %" PRIu32 "/%" PRIu32,
                 result->shard + 1, result->shards);
    }
    fprintf(page->out,
            "%s%s%s%s %s%s: %" PRIu64 " of %" PRIu64 " cuts judged, %" PRIu64
            " fail\n",
            page->show->quiet ? "" : "\n",
            paint(page, bad ? "\033[31m" : "\033[32m"),
            bad                         ? "FAIL"
            : result->sweep.interrupted ? "PART"
                                        : "PASS",
            paint(page, "\033[0m"), result->name, shard,
            tally->cuts - tally->of[SWEEP_OPEN], tally->cuts,
            tally->of[SWEEP_FAILED]);
}

/* What opens the strip in the dashboard. */
static void put_watch(const struct page *page)
{
    const char *firmware = page->show->firmware;

    if (page->show->json != NULL && !page->show->quiet) {
        fprintf(page->out, "watch: otalab tui%s%s '%s'\n",
                firmware != NULL ? " --firmware " : "",
                firmware != NULL ? firmware : "", page->show->json);
    }
}

int sweep_text(FILE *out, const struct sweep_result *result,
               const struct sweep_show *show)
{
    struct page page = {.out = out,
                        .result = result,
                        .show = show,
                        .step = 1 + result->sweep.positions / CELLS_ALL};
    struct result_tally tally;
    struct summary summary;
    int err = summary_make(result, false, &summary);

    result_tally(result, &tally);
    if (err == 0 && !show->quiet) {
        fprintf(out, "%s: %s\n", result->name, result->title);
        put_strip(&page, &summary);
        put_rows(&page, &summary);
        put_totals(&page, &tally);
        put_limits(&page);
        put_holes(&page);
    }
    put_differs(&page);
    put_undelivered(&page);
    put_failures(&page);
    put_verdict(&page, &tally);
    put_watch(&page);
    summary_free(&summary);
    return err;
}
