/* SPDX-License-Identifier: MIT */
#include "tui/fault_yaml.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "record/event.h"
#include "scenario/fault_text.h"

/* A part of the fault's text. */
struct part {
    const char *at;
    size_t length;
};

static struct part until(const char *at, const char *ends)
{
    return (struct part){at, fault_span(at, ends)};
}

static bool is(struct part part, const char *text)
{
    return part.length == strlen(text) &&
           memcmp(part.at, text, part.length) == 0;
}

/* As YAML reads it back as the same text. What the fault has in quotes has them
 * in YAML as well. */
static void put_value(FILE *out, struct part part)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.%/-";
    size_t good = strspn(part.at, plain);

    if (part.length > 0 &&
        (part.at[0] == '"' ||
         (good >= part.length && part.at[0] != '-' && part.at[0] != '%'))) {
        fprintf(out, "%.*s", (int)part.length, part.at);
        return;
    }
    fputc('"', out);
    for (size_t i = 0; i < part.length; i++) {
        if (part.at[i] == '"' || part.at[i] == '\\') {
            fputc('\\', out);
        }
        fputc(part.at[i], out);
    }
    fputc('"', out);
}

/* Does the key select the event, rather than tell what is done? */
static bool selects(struct part key, const char *event)
{
    char name[32];
    int code = event_find(event);

    if (is(key, "nth") || is(key, "device")) {
        return true;
    }
    if (code < 0 || key.length >= sizeof name) {
        return false;
    }
    snprintf(name, sizeof name, "%.*s", (int)key.length, key.at);
    return event_field_find((enum event_code)code, name) >= 0;
}

/* "key=value,..": those keys that select the event, or those that do not. */
static unsigned put_keys(FILE *out, const char *at, const char *event,
                         bool selecting, unsigned count)
{
    while (*at == ',') {
        struct part key = until(++at, "=,");
        struct part value = {NULL, 0};

        at += key.length;
        if (*at == '=') {
            value = until(++at, ",");
            at += value.length;
        }
        bool own = strncmp(key.at, "do.", 3) == 0;

        if ((!own && selects(key, event)) != selecting) {
            continue;
        }
        key = own ? (struct part){key.at + 3, key.length - 3} : key;
        fprintf(out, "%s%.*s: ", count++ > 0 ? ", " : "", (int)key.length,
                key.at);
        put_value(out, value);
    }
    return count;
}

static const char *const valued[] = {
    "console", "flash_fail", "note",   "publish", "behave",
    "link",    "outage",     "charge", NULL,
};

static bool is_valued(struct part action)
{
    for (unsigned i = 0; valued[i] != NULL; i++) {
        if (is(action, valued[i])) {
            return true;
        }
    }
    return false;
}

/* The value of such an action: after '=', or as for= or text=. */
static struct part value_of(const char *after, const char *keys)
{
    if (*after == '=') {
        return until(after + 1, "@");
    }
    for (const char *at = keys; *at == ',';) {
        struct part key = until(++at, "=,");

        at += key.length;
        struct part value = until(*at == '=' ? ++at : at, ",");

        if (is(key, "for") || is(key, "text")) {
            return value;
        }
        at += value.length;
    }
    return (struct part){"", 0};
}

/* As a step, each line after `indent` blanks. The fault has been read by
 * scenario_add_fault() before, so it is well-formed. */
static void put_step(FILE *out, const char *fault, unsigned indent)
{
    struct part action = until(fault, "@=,");
    const char *at = fault + fault_span(fault, "@");
    struct part event = until(*at != '\0' ? at + 1 : "", ",");
    const char *keys = event.at + event.length;
    char name[48];

    snprintf(name, sizeof name, "%.*s", (int)event.length, event.at);
    if (event_find(name) >= 0) {
        fprintf(out, "%*s- on: {event: %s", (int)indent, "", name);
        (void)put_keys(out, keys, name, true, 1);
        fputs("}\n", out);
    } else {
        fprintf(out, "%*s- at: %s\n", (int)indent, "", name);
    }
    fprintf(out, "%*s  do: {%.*s: ", (int)indent, "", (int)action.length,
            action.at);
    if (is_valued(action)) {
        put_value(out, value_of(action.at + action.length, keys));
    } else {
        fputc('{', out);
        (void)put_keys(out, keys, name, false, 0);
        fputc('}', out);
    }
    fputs("}\n", out);
}

/* ---- the whole file ---------------------------------------------------------------- */

/* Blanks in front of the first item of a list that begins after `line`. */
static unsigned indent_of(const char *line)
{
    const char *next = strchr(line, '\n');
    unsigned indent = 2;

    while (next != NULL) {
        size_t blanks = strspn(next + 1, " ");

        if (next[1 + blanks] == '-') {
            return (unsigned)blanks;
        }
        if (next[1 + blanks] != '#' && next[1 + blanks] != '\n') {
            break;
        }
        next = strchr(next + 1, '\n');
    }
    return indent;
}

static void put_steps(FILE *out, unsigned indent,
                      const struct fault_yaml *change)
{
    for (unsigned i = 0; i < change->faults; i++) {
        put_step(out, change->fault[i], indent);
    }
}

static bool starts(const char *line, const char *key)
{
    return strncmp(line, key, strlen(key)) == 0;
}

/* A line of the file, or what stands in its place. */
static void put_line(FILE *out, const char *line, size_t length,
                     const struct fault_yaml *change)
{
    bool named = starts(line, "scenario:");

    if (named) {
        fprintf(out, "scenario: %s\n", change->name);
    } else if (change->seed == NULL || !starts(line, "seed:")) {
        fprintf(out, "%.*s\n", (int)length, line);
    }
    if (named && change->seed != NULL) {
        fprintf(out, "seed: %" PRIu64 "\n", *change->seed);
    }
}

void fault_yaml_scenario(FILE *out, const char *source,
                         const struct fault_yaml *change)
{
    bool done = change->faults == 0;

    for (const char *line = source; *line != '\0';) {
        size_t length = strcspn(line, "\n");

        put_line(out, line, length, change);
        if (starts(line, "steps:") && strspn(line + 6, " ") + 6 == length) {
            put_steps(out, indent_of(line), change);
            done = true;
        }
        line += length + (line[length] == '\n');
    }
    if (!done) {
        fputs("steps:\n", out);
        put_steps(out, 2, change);
    }
}
