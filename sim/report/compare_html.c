/* SPDX-License-Identifier: MIT */
#include "report/compare_html.h"

#include <inttypes.h>

#include "report/compare_text.h"
#include "report/xml.h"

#define WIDTH 720u /* of a picture, in its own units */
#define BAR 24u    /* height */
#define MS UINT64_C(1000000)

static const char style[] =
    ":root{color-scheme:light dark;--back:#fff;--text:#1b1b1b;--soft:#e4e4e4;"
    "--line:#8a8a8a;--a:#2f6db5;--b:#4d9a58;--c:#8459a8;--d:#a8761b;"
    "--bad:#c22;--down:#d9a21b}\n"
    "@media(prefers-color-scheme:dark){:root{--back:#161616;--text:#e8e8e8;"
    "--soft:#333;--line:#888;--a:#6aa5ea;--b:#72c47f;--c:#b98fdc;--d:#d9a24a;"
    "--bad:#ff5b5b;--down:#e5b93c}}\n"
    "body{background:var(--back);color:var(--text);font:16px/1.5 system-ui,"
    "sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem}\n"
    "table{border-collapse:collapse;margin:1rem 0}"
    "th,td{border:1px solid var(--line);padding:.25rem .6rem}"
    "td{text-align:right;font-variant-numeric:tabular-nums}"
    "th[scope=row],td:last-child{text-align:left;font-weight:normal}"
    "caption{text-align:left;font-weight:bold}\n"
    ".scroll{overflow-x:auto}.scroll:focus{outline:2px solid var(--a)}\n"
    "svg{width:100%;height:auto;display:block}svg text{fill:var(--text);"
    "font:12px system-ui,sans-serif}\n"
    ".soft{fill:var(--soft)}.slot-a{fill:var(--a)}.slot-b{fill:var(--b)}"
    ".recovery{fill:var(--c)}.staging{fill:var(--d)}.update{fill:var(--a)}"
    ".down{fill:var(--down)}.fatal{fill:var(--bad)}\n"
    "code{overflow-wrap:anywhere}figure{margin:1rem 0}"
    ".key b{display:inline-block;width:1em;height:1em;vertical-align:middle}\n"
    "b.update{background:var(--a)}b.down{background:var(--down)}"
    "b.fatal{background:var(--bad)}b.slot-a{background:var(--a)}"
    "b.slot-b{background:var(--b)}b.recovery{background:var(--c)}"
    "b.staging{background:var(--d)}\n";

/* ---- pictures -------------------------------------------------------------- */

static uint64_t scale(uint64_t value, uint64_t most)
{
    uint64_t at = most > 0 ? value * WIDTH / most : 0;

    return at < WIDTH ? at : WIDTH;
}

static void put_rect(FILE *out, const char *class, uint64_t from, uint64_t to,
                     const char *title)
{
    uint64_t width = to > from ? to - from : 0;

    fprintf(out,
            "<rect class=\"%s\" x=\"%" PRIu64 "\" y=\"0\" width=\"%" PRIu64
            "\" height=\"%u\"><title>",
            class, from, width > 0 ? width : 1u, BAR);
    xml_text(out, title);
    fputs("</title></rect>", out);
}

static void open_picture(FILE *out, const char *name, const char *label)
{
    fprintf(out, "<figure><figcaption>%s</figcaption>\n<svg role=\"img\"",
            name);
    xml_attribute(out, "aria-label", label);
    fprintf(out, " viewBox=\"0 0 %u %u\">", WIDTH, BAR);
}

static void close_picture(FILE *out)
{
    fputs("</svg></figure>\n", out);
}

static void put_key(FILE *out, const char *class, const char *text)
{
    fprintf(out, "<b class=\"%s\" aria-hidden=\"true\"></b> %s&emsp;", class,
            text);
}

/* ---- flash ----------------------------------------------------------------- */

static void put_map(FILE *out, const struct compare_row *row)
{
    char label[256];
    size_t used = 0;

    label[0] = '\0';
    for (unsigned i = 0; i < row->parts && used < sizeof label; i++) {
        used += (size_t)snprintf(label + used, sizeof label - used,
                                 "%s%s %" PRIu32 " KiB", i > 0 ? ", " : "",
                                 row->part[i].name, row->part[i].used / 1024u);
    }
    open_picture(out, row->way->name, label);
    put_rect(out, "soft", 0, WIDTH, "the whole flash");
    for (unsigned i = 0; i < row->parts; i++) {
        const struct compare_part *part = &row->part[i];

        put_rect(out, part->name, scale(part->start, row->flash_size),
                 scale(part->start + part->used, row->flash_size), part->name);
    }
    close_picture(out);
}

static void put_maps(FILE *out, const struct compare *compare)
{
    fputs("<h2>Flash for images</h2>\n<p class=\"key\">", out);
    put_key(out, "slot-a", "slot-a");
    put_key(out, "slot-b", "slot-b");
    put_key(out, "recovery", "recovery");
    put_key(out, "staging", "staging, what was erased of it");
    fprintf(out, "</p>\n<p>The whole width is %" PRIu32 " KiB.</p>\n",
            compare->row[0].flash_size / 1024u);
    for (unsigned i = 0; i < COMPARE_WAYS; i++) {
        put_map(out, &compare->row[i]);
    }
}

/* ---- time ------------------------------------------------------------------ */

static uint64_t longest(const struct compare *compare)
{
    uint64_t most = 1;

    for (unsigned i = 0; i < COMPARE_WAYS; i++) {
        const struct measure *measure = &compare->row[i].measure;

        most = measure->end_ns > most ? measure->end_ns : most;
    }
    return most;
}

static void put_span(FILE *out, const char *class,
                     const struct measure_span *span, uint64_t most)
{
    char title[128];

    snprintf(title, sizeof title, "%s, %" PRIu64 " ms to %" PRIu64 " ms", class,
             span->from_ns / MS, span->to_ns / MS);
    put_rect(out, class, scale(span->from_ns, most), scale(span->to_ns, most),
             title);
}

static void put_time(FILE *out, const struct compare_row *row, uint64_t most)
{
    const struct measure *measure = &row->measure;
    struct measure_span update = {measure->published_ns,
                                  measure->published_ns + measure->works_ns};
    char label[256];

    snprintf(label, sizeof label,
             "the new version works after %" PRIu64 " ms; %" PRIu64
             " ms without service; a cut is fatal during %" PRIu64 " ms",
             measure->works_ns / MS, measure->down_ns / MS, row->fatal_ns / MS);
    open_picture(out, row->way->name, label);
    put_rect(out, "soft", 0, scale(measure->end_ns, most), "the whole run");
    put_span(out, "update", &update, most);
    for (unsigned i = 0; i < measure->downs; i++) {
        put_span(out, "down", &measure->down[i], most);
    }
    for (size_t i = 0; i < row->windows; i++) {
        put_span(out, "fatal", &row->window[i].time, most);
    }
    close_picture(out);
}

static void put_times(FILE *out, const struct compare *compare)
{
    uint64_t most = longest(compare);

    fputs("<h2>Time</h2>\n<p class=\"key\">", out);
    put_key(out, "update", "from the offer until the new version works");
    put_key(out, "down", "without service");
    put_key(out, "fatal", "a power cut can be fatal");
    fprintf(out, "</p>\n<p>The whole width is %" PRIu64 " ms.</p>\n",
            most / MS);
    for (unsigned i = 0; i < COMPARE_WAYS; i++) {
        put_time(out, &compare->row[i], most);
    }
}

/* ---- bars ------------------------------------------------------------------ */

static uint64_t bytes_of(const struct compare_row *row)
{
    return row->measure.bytes_down + row->measure.bytes_up;
}

static uint64_t energy_of_row(const struct compare_row *row)
{
    return row->energy_uj;
}

static const struct {
    const char *name;
    uint64_t (*value)(const struct compare_row *row);
    uint64_t divide;
    const char *unit;
} bars[] = {
    {"Bytes over the air, both ways", bytes_of, 1, "B"},
    {"Energy of the run", energy_of_row, 1000, "mJ"},
};

static void put_bars(FILE *out, const struct compare *compare)
{
    for (size_t b = 0; b < sizeof bars / sizeof bars[0]; b++) {
        uint64_t most = 0;

        for (unsigned i = 0; i < COMPARE_WAYS; i++) {
            uint64_t value = bars[b].value(&compare->row[i]);

            most = value > most ? value : most;
        }
        fprintf(out, "<h2>%s</h2>\n", bars[b].name);
        for (unsigned i = 0; i < COMPARE_WAYS; i++) {
            uint64_t value = bars[b].value(&compare->row[i]);
            char label[64];

            snprintf(label, sizeof label, "%s: %" PRIu64 " %s",
                     compare->row[i].way->name, value / bars[b].divide,
                     bars[b].unit);
            open_picture(out, label, label);
            put_rect(out, "update", 0, scale(value, most), label);
            close_picture(out);
        }
    }
}

/* ---- the table ------------------------------------------------------------- */

static const char *const sources[] = {
    [FROM_RUN] = "the update",
    [FROM_WEAR] = "updates in a row",
    [FROM_SWEEP] = "the sweep",
    [FROM_CRASH] = "an update that crashes",
    [FROM_FLEET] = "the sweep, and the fleet's figures",
};

static void put_table(FILE *out, const struct compare *compare)
{
    char cell[COMPARE_CELL];

    fputs("<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
          "aria-label=\"All figures\"><table><caption>All figures</caption>\n"
          "<thead><tr><th scope=\"col\">figure</th>",
          out);
    for (unsigned i = 0; i < COMPARE_WAYS; i++) {
        fprintf(out, "<th scope=\"col\">%s</th>", compare->row[i].way->name);
    }
    fputs("<th scope=\"col\">from</th></tr></thead><tbody>\n", out);
    for (unsigned k = 0; compare_line_at(k) != NULL; k++) {
        const struct compare_line *line = compare_line_at(k);

        if (line->source == FROM_FLEET && compare->fleet.devices == 0) {
            continue;
        }
        fprintf(out, "<tr><th scope=\"row\">%s</th>", line->name);
        for (unsigned i = 0; i < COMPARE_WAYS; i++) {
            fputs("<td>", out);
            xml_text(out, line->cell(&compare->row[i], cell));
            fputs("</td>", out);
        }
        fprintf(out, "<td>%s</td></tr>\n", sources[line->source]);
    }
    fputs("</tbody></table></div>\n", out);
}

static void put_token(FILE *out, const char *name, const struct token *token)
{
    char text[TOKEN_MAX];

    (void)token_print(token, text, sizeof text);
    fprintf(out, "<li>%s: <code>", name);
    xml_text(out, text);
    fputs("</code></li>\n", out);
}

static void put_tokens(FILE *out, const struct compare *compare)
{
    fputs("<h2>The runs</h2>\n<p><code>otalab replay TOKEN</code> repeats "
          "one.</p>\n",
          out);
    for (unsigned i = 0; i < COMPARE_WAYS; i++) {
        const struct compare_row *row = &compare->row[i];

        fprintf(out, "<h3>%s</h3>\n<ul>\n", row->way->name);
        put_token(out, "the update", &row->run);
        put_token(out, "updates in a row", &row->wear);
        put_token(out, "the sweep's run without a cut", &row->sweep);
        put_token(out, "an update that crashes", &row->crash);
        fputs("</ul>\n", out);
    }
}

void compare_html(FILE *out, const struct compare *compare)
{
    fputs("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
          "<meta name=\"viewport\" content=\"width=device-width\">\n<title>",
          out);
    xml_text(out, compare->scenario);
    fprintf(out, ": ways to update</title>\n<style>\n%s</style></head><body>\n",
            style);
    fputs("<main><h1>Ways to update</h1>\n<p>", out);
    xml_text(out, compare->scenario);
    fputs(": ", out);
    xml_text(out, compare->title);
    fprintf(out,
            ". One power cut in a run, at every position, in %s%s; without "
            "QEMU.</p>\n",
            compare->family != NULL ? "these forms: " : "all forms",
            compare->family != NULL ? compare->family : "");
    put_table(out, compare);
    put_times(out, compare);
    put_maps(out, compare);
    put_bars(out, compare);
    put_tokens(out, compare);
    fputs("</main></body></html>\n", out);
}
