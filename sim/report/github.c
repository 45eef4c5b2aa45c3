/* SPDX-License-Identifier: MIT */
#include "report/github.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "report/tally.h"
#include "base/utf8.h"

#define SUMMARY_CASES 50u /* a summary may have 1 MiB */

bool github_here(void)
{
    const char *value = getenv("GITHUB_ACTIONS");

    return value != NULL && strcmp(value, "true") == 0;
}

void github_path(const char *path, const char *workspace, char *out,
                 size_t size)
{
    char *whole = realpath(path, NULL);
    char *root = workspace != NULL ? realpath(workspace, NULL) : NULL;
    size_t length = root != NULL ? strlen(root) : 0;
    bool below = whole != NULL && length > 0 &&
                 strncmp(whole, root, length) == 0 && whole[length] == '/';

    snprintf(out, size, "%s", below ? whole + length + 1 : path);
    free(whole);
    free(root);
}

/* ---- annotations -------------------------------------------------------- */

/* In a property, ':' and ',' also end it; in the message only line ends do. */
static void put_escaped(FILE *out, const char *text, bool property)
{
    uint32_t code;

    while ((code = utf8_next(&text)) != 0) {
        bool special = code == '%' || code == '\r' || code == '\n' ||
                       (property && (code == ':' || code == ','));
        if (special) {
            fprintf(out, "%%%02X", code);
        } else {
            utf8_put(out, code);
        }
    }
}

static void put_head(FILE *out, const struct plan_item *item, const char *path,
                     const struct place *place)
{
    fputs("::error file=", out);
    put_escaped(out, path, true);
    if (place->line != 0) {
        fprintf(out, ",line=%u,col=%u", place->line, place->column);
    }
    fputs(",title=", out);
    put_escaped(out, item->name, true);
    fputs("::", out);
}

/* "FILE:LINE:COLUMN: what is wrong", the form in which scenario errors
 * begin. */
static struct place place_in(const char *text, const char *path)
{
    struct place place = {0, 0};
    size_t length = strlen(path);
    unsigned line;
    unsigned column;

    if (strncmp(text, path, length) == 0 &&
        sscanf(text + length, ":%9u:%9u:", &line, &column) == 2) {
        place = (struct place){line, column};
    }
    return place;
}

static void annotate_error(FILE *out, const struct plan_item *item,
                           const char *path, const char *text)
{
    struct place place = place_in(text, item->path);

    put_head(out, item, path, &place);
    put_escaped(out, text, false);
    fputc('\n', out);
}

/* A further line of an annotation. */
static void put_part(FILE *out, const char *what, const char *text)
{
    if (text[0] != '\0') {
        fprintf(out, "%%0A%s: ", what);
        put_escaped(out, text, false);
    }
}

void github_annotate(FILE *out, const struct plan_item *item, const char *path)
{
    const struct outcome *outcome = &item->outcome;

    if (outcome->err != 0) {
        annotate_error(out, item, path, outcome->error.text);
    }
    if (outcome->kept_err != 0) {
        annotate_error(out, item, path, outcome->kept_error.text);
    }
    for (unsigned i = 0; i < outcome->failures; i++) {
        const struct run_failure *failure = &outcome->failure[i];

        put_head(out, item, path, &failure->place);
        fputs("expected ", out);
        put_escaped(out, failure->expected, false);
        fputs(", seen ", out);
        put_escaped(out, failure->seen, false);
        put_part(out, "nearest", failure->near);
        put_part(out, "because", failure->because);
        if (outcome->replay != NULL) {
            fputs("%0Areplay: ", out);
            put_escaped(out, outcome->replay, false);
        }
        fputc('\n', out);
    }
}

/* ---- summary ------------------------------------------------------------ */

/* Text that must be shown unchanged, in one line. */
static void put_plain(FILE *out, const char *text)
{
    static const char special[] = "&<>|`*_[]\\~#$@:";
    uint32_t code;

    while ((code = utf8_next(&text)) != 0) {
        if (code < 0x20u) {
            fputc(' ', out);
        } else if (code < 0x80u && strchr(special, (int)code) != NULL) {
            fprintf(out, "&#%u;", code);
        } else {
            utf8_put(out, code);
        }
    }
}

/* Commands go into a fence longer than any run of backticks in them. */
static void put_fenced(FILE *out, const char *text)
{
    size_t longest = 2;

    for (const char *at = text; *at != '\0';) {
        size_t run = strspn(at, "`");

        longest = run > longest ? run : longest;
        at += run > 0 ? run : 1;
    }
    for (unsigned side = 0; side < 2; side++) {
        for (size_t i = 0; i <= longest; i++) {
            fputc('`', out);
        }
        fputs(side == 0 ? "sh\n" : "\n", out);
        if (side == 0) {
            uint32_t code;

            while ((code = utf8_next(&text)) != 0) {
                utf8_put(out, code);
            }
            fputc('\n', out);
        }
    }
}

static void put_totals(FILE *out, const struct tally *tally)
{
    fputs("| scenarios", out);
    for (unsigned i = 0; i < OUTCOME_CLASSES; i++) {
        fprintf(out, " | %s", outcome_word((enum outcome_class)i));
    }
    fputs(" |\n| ---:", out);
    for (unsigned i = 0; i < OUTCOME_CLASSES; i++) {
        fputs(" | ---:", out);
    }
    fprintf(out, " |\n| %zu", tally->total);
    for (unsigned i = 0; i < OUTCOME_CLASSES; i++) {
        fprintf(out, " | %zu", tally->of[i]);
    }
    fputs(" |\n", out);
}

static void put_row(FILE *out, const struct plan_item *item,
                    const struct place *place, const char *expected,
                    const char *seen, const char *because)
{
    fputs("| ", out);
    put_plain(out, item->path);
    if (place->line != 0) {
        fprintf(out, "&#58;%u", place->line);
    }
    fputs(" | ", out);
    put_plain(out, expected);
    fputs(" | ", out);
    put_plain(out, seen);
    if (because[0] != '\0') {
        fputs("; ", out);
        put_plain(out, because);
    }
    fputs(" |\n", out);
}

static void put_case(FILE *out, const struct plan_item *item)
{
    const struct outcome *outcome = &item->outcome;

    fputs("\n### ", out);
    put_plain(out, item->name);
    fprintf(out, ": %s\n\n| where | expected | seen |\n| --- | --- | --- |\n",
            outcome_word(outcome_class(outcome)));
    if (outcome->err != 0 || outcome->kept_err != 0) {
        const char *text =
            outcome->err != 0 ? outcome->error.text : outcome->kept_error.text;
        struct place place = place_in(text, item->path);

        put_row(out, item, &place, "a result", text, "");
    }
    for (unsigned i = 0; i < outcome->failures; i++) {
        put_row(out, item, &outcome->failure[i].place,
                outcome->failure[i].expected, outcome->failure[i].seen,
                outcome->failure[i].because);
    }
    if (outcome->replay != NULL) {
        fputc('\n', out);
        put_fenced(out, outcome->replay);
    }
}

void github_summary(FILE *out, const struct plan *plan)
{
    struct tally tally;
    size_t shown = 0;
    size_t bad = 0;

    tally_count(&tally, plan);
    fputs("## Otalab\n\n", out);
    put_totals(out, &tally);
    for (size_t i = 0; i < plan->count; i++) {
        enum outcome_class class = outcome_class(&plan->item[i].outcome);

        if (class == OUTCOME_PASSED || class == OUTCOME_NOT_RUN) {
            continue;
        }
        bad++;
        if (shown < SUMMARY_CASES) {
            put_case(out, &plan->item[i]);
            shown++;
        }
    }
    if (bad > shown) {
        fprintf(out, "\nand %zu more\n", bad - shown);
    }
}
