/* SPDX-License-Identifier: MIT */
#include "report/tap.h"

#include <inttypes.h>

#include "base/json.h"
#include "base/utf8.h"

void tap_begin(FILE *out, size_t count)
{
    fprintf(out, "TAP version 13\n1..%zu\n", count);
}

/* On the test line, '#' begins a directive and a line end begins the next
 * test. */
static void put_description(FILE *out, const char *text)
{
    uint32_t code;

    while ((code = utf8_next(&text)) != 0) {
        if (code == '#' || code == '\\') {
            fputc('\\', out);
        }
        utf8_put(out, code < 0x20u || (code >= 0x7fu && code < 0xa0u)
                          ? UTF8_REPLACEMENT
                          : code);
    }
}

/* A key and a text: JSON strings are valid double-quoted YAML. */
static void put_key(FILE *out, const char *indent, const char *key,
                    const char *text)
{
    if (text != NULL && text[0] != '\0') {
        struct json json = json_stream(out);

        fprintf(out, "%s%s: ", indent, key);
        json_text(&json, NULL, text);
        json_end(&json);
    }
}

static void put_failure(FILE *out, const char *path,
                        const struct run_failure *failure)
{
    if (failure->place.line != 0) {
        put_key(out, "    - ", "file", path);
        fprintf(out, "      line: %u\n", failure->place.line);
        put_key(out, "      ", "expected", failure->expected);
    } else {
        put_key(out, "    - ", "expected", failure->expected);
    }
    put_key(out, "      ", "seen", failure->seen);
    put_key(out, "      ", "nearest", failure->near);
    put_key(out, "      ", "because", failure->because);
    if (failure->sequence != 0) {
        fprintf(out, "      first_wrong_event: %" PRIu64 "\n",
                failure->sequence);
    }
}

static void put_diagnostics(FILE *out, const struct plan_item *item)
{
    const struct outcome *outcome = &item->outcome;

    fputs("  ---\n", out);
    put_key(out, "  ", "verdict", outcome_word(outcome_class(outcome)));
    put_key(out, "  ", "message",
            outcome->err != 0        ? outcome->error.text
            : outcome->kept_err != 0 ? outcome->kept_error.text
                                     : NULL);
    put_key(out, "  ", "title", item->title);
    put_key(out, "  ", "file", item->path);
    fprintf(out, "  virtual_time_ns: %" PRIu64 "\n", outcome->time_ns);
    fprintf(out, "  failures:%s\n", outcome->failures == 0 ? " []" : "");
    for (unsigned i = 0; i < outcome->failures; i++) {
        put_failure(out, item->path, &outcome->failure[i]);
    }
    if (outcome->more_failures > 0) {
        fprintf(out, "  more_failures: %u\n", outcome->more_failures);
    }
    put_key(out, "  ", "token", outcome->token);
    put_key(out, "  ", "replay", outcome->replay);
    put_key(out, "  ", "watch", outcome->watch);
    put_key(out, "  ", "debug", outcome->debug);
    put_key(out, "  ", "evidence", outcome->evidence);
    fputs("  ...\n", out);
}

void tap_case(FILE *out, size_t number, const struct plan_item *item)
{
    bool passed = outcome_class(&item->outcome) == OUTCOME_PASSED;

    fprintf(out, "%sok %zu - ", passed ? "" : "not ", number);
    put_description(out, item->name);
    fputc('\n', out);
    if (!passed) {
        put_diagnostics(out, item);
    }
}

void tap_bail_out(FILE *out)
{
    fputs("Bail out! interrupted\n", out);
}
