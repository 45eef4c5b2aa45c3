/* SPDX-License-Identifier: MIT */
/* The reference page of scenarios, docs/scenarios.md, generated from the
 * tables. */
#include "scenario/explain.h"

#include <string.h>

#include "record/event.h"
#include "record/glossary.h"
#include "scenario/explain_parts.h"
#include "scenario/fields.h"

/* ---- for newcomers ------------------------------------------------------ */

/* tests/cli/explain.sh extracts it from the page and checks it. */
static const char example[] =
    "scenario: power-cut-in-download\n"
    "title: Power is lost while the third sector of slot B is being erased\n"
    "seed: 7\n"
    "limits: {virtual_time: 120s, resets: 8}\n"
    "images:\n"
    "  factory: {build: app, version: 1.2.0}\n"
    "  update: {build: app, version: 1.3.0}\n"
    "flash: {slot-a: factory}\n"
    "network: {rate: 60kbit/s, latency: 40ms, loss: 2%}\n"
    "steps:\n"
    "  - on: {event: app.ready}\n"
    "    do: {publish: update}\n"
    "  - on: {event: flash.erase, partition: slot-b, nth: 3}\n"
    "    do: {power_cut: {done: 40%, off_for: 500ms}}\n"
    "expect:\n"
    "  - always: {executed: authentic}\n"
    "  - never: {event: cpu.fault}\n"
    "  - eventually: {running: update, confirmed: true, within: 100s}\n"
    "  - at_end: {slot-b: update, resets: 0..3, rollbacks: 0}\n";

static const char opening[] =
    "# Scenarios: the reference\n"
    "\n"
    "<!-- Made by `otalab explain --markdown`; do not edit. -->\n"
    "\n"
    "A scenario is a YAML file. It describes a device, what happens to it, and "
    "what\n"
    "must result. `otalab run FILE` runs a scenario, `otalab check FILE` only "
    "reads it,\n"
    "and `otalab explain NAME` shows the part of this page about one key, "
    "event or\n"
    "word. `otalab explain --json-schema` prints a schema for editors.\n"
    "\n"
    "- [A first scenario](#a-first-scenario)\n"
    "- [How values are written](#how-values-are-written)\n"
    "- [Keys](#keys), mapping by mapping\n"
    "- [Events](#events), their fields, and the names of values\n"
    "- [Faults in one line](#faults-in-one-line)\n"
    "- [Words](#words) of an update, and [reasons](#reasons)\n"
    "\n"
    "## A first scenario\n"
    "\n"
    "```yaml\n";

static const char reading[] =
    "```\n"
    "\n"
    "From the top:\n"
    "\n"
    "- **scenario**, **title**: the scenario's name, which must match the "
    "file's name\n"
    "  (`power-cut-in-download.yaml`), and one line that says what happens.\n"
    "- **seed**: the source of all randomness, here which datagrams are lost. "
    "The same\n"
    "  file, programs and seed give the same run, to the bit. Another seed "
    "gives\n"
    "  another run.\n"
    "- **limits**: when the run is stopped at the latest, in the device's "
    "time.\n"
    "- **images**: programs from the build, each with a version and a "
    "signature. You\n"
    "  choose the names. **flash**: which image the factory put into which "
    "partition.\n"
    "  Both copies of the bootloader are provisioned by default.\n"
    "- **network**: the link to the update server. Without this key the device "
    "has no\n"
    "  modem.\n"
    "- **steps**: what happens to the device from outside. Each step waits "
    "`on` an\n"
    "  event, chosen by its fields and its ordinal (`nth`, by default the "
    "first), or\n"
    "  `at` a time, and then does what `do` says. Here the server publishes "
    "the update\n"
    "  once the application works, and power fails when 40 % of the third "
    "erase in slot\n"
    "  B are done. A step that never happens fails the scenario, so a misspelt "
    "place\n"
    "  cannot hide a fault.\n"
    "- **expect**: what must be true. `always` and `never` apply from power-on "
    "to the\n"
    "  end. `eventually` is a state or an event that must come. `at_end` is "
    "checked\n"
    "  when the run is over: when all steps have happened, the device is idle "
    "and\n"
    "  nothing is pending, or as soon as an expectation is broken.\n"
    "\n"
    "The oracle's rules apply to every run as well: only authentic code is "
    "executed,\n"
    "the device is never left without an image that boots, no unconfirmed "
    "image runs\n"
    "more often than it may, fuses never go back, and the rules of the flash "
    "part are\n"
    "kept. `allow` names violations that a bad image is expected to try; the "
    "device\n"
    "must refuse them. A violation that the board cannot refuse is an "
    "expectation: an\n"
    "`oracle.violation` named in a `count` or an `eventually` does not fail "
    "the run,\n"
    "and one that does not come does.\n";

static const char values_opening[] =
    "\n"
    "## How values are written\n"
    "\n"
    "A unit is part of the value, without a space. It is never left out, and "
    "nothing is\n"
    "rounded. Comparisons are written as ranges that include both ends. Text "
    "needs\n"
    "quotes where YAML requires them. Anchors, aliases, tags, tabs and "
    "duplicate keys\n"
    "are errors.\n"
    "\n"
    "| value | examples |\n"
    "| --- | --- |\n";

static const char faults[] =
    "\n"
    "## Faults in one line\n"
    "\n"
    "`otalab run --fault` and the token of a run write a step as one line: "
    "ACTION@EVENT\n"
    "or ACTION@TIME, followed by its keys, separated by commas. Keys that are "
    "fields of\n"
    "the event, `nth` and `device` select the event. All others belong to the "
    "action,\n"
    "and so does a key with `do.` in front of it. An action without a mapping "
    "takes its\n"
    "value after `=`; a time may also be written as `for=`. A value that holds "
    "a comma\n"
    "or an `@` is written in double quotes; within them, `\\\"` is a quote and "
    "`\\\\` a\n"
    "backslash.\n"
    "\n"
    "```\n"
    "power_cut@flash.erase,partition=slot-b,nth=3,done=40%,off_for=500ms\n"
    "power_cut@12.5ms\n"
    "outage@agent.download,for=20s\n"
    "link=down@12s\n"
    "console=\"trial b, please\"@app.ready\n"
    "misbehave@agent.download,kind=corrupt,do.from=4KiB,times=1\n"
    "```\n";

/* ---- pieces ------------------------------------------------------------- */

/* In Markdown tables, bars must be escaped. */
static void print_cell(FILE *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '|') {
            fputc('\\', out);
        }
        fputc(*text, out);
    }
}

static void print_code(FILE *out, const char *text)
{
    fputc('`', out);
    print_cell(out, text);
    fputc('`', out);
}

/* A value as code, a remark as text. */
static void print_usual(FILE *out, const struct schema_key *key)
{
    char text[120];
    const char *usual = explain_usual(key, text, sizeof text);

    if ((key->flags & SCHEMA_REQUIRED) != 0) {
        fputs("required", out);
    } else if (usual != NULL && key->usual[0] == '(') {
        print_cell(out, usual);
    } else if (usual != NULL) {
        print_code(out, usual);
    }
}

/* The end of a link to a mapping's heading, as Markdown hosts generate it. */
static void print_anchor(FILE *out, const char *path)
{
    for (; *path != '\0'; path++) {
        char c = *path;

        if (c >= 'A' && c <= 'Z') {
            c = (char)(c - 'A' + 'a');
        }
        if ((c >= 'a' && c <= 'z') || c == '_' || c == '-') {
            fputc(c, out);
        }
    }
}

static void print_kind(FILE *out, const struct schema_key *key)
{
    if (key->map == NULL) {
        explain_kind(out, key);
        return;
    }
    fputc('[', out);
    explain_kind(out, key);
    fputs("](#", out);
    print_anchor(out, key->map->path);
    fputc(')', out);
}

static void print_key(FILE *out, const struct schema_key *key)
{
    fputs("| ", out);
    print_code(out, key->key);
    fputs(" | ", out);
    print_kind(out, key);
    fputs(" | ", out);
    print_usual(out, key);
    fputs(" | ", out);
    print_cell(out, key->help);
    fputs(" | ", out);
    if (key->kind != SCHEMA_EDIT && key->example != NULL) {
        print_code(out, key->example);
    }
    fputs(" |\n", out);
}

static void print_words(FILE *out, const struct schema_map *map)
{
    for (const struct schema_key *key = map->keys; key->key != NULL; key++) {
        if (key->choices == NULL || key->choices[0].help == NULL) {
            continue;
        }
        fprintf(out, "\nWords of `%s`:\n\n", key->key);
        for (const struct schema_choice *row = key->choices; row->name != NULL;
             row++) {
            fprintf(out, "- `%s`: %s\n", row->name, row->help);
        }
    }
}

static void print_map(FILE *out, const struct schema_map *map)
{
    if (map->path[0] != '\0') {
        fprintf(out, "\n### `%s`\n\n%s", map->path, map->help);
    } else {
        fprintf(out, "\n### The whole file\n\n%s", map->help);
    }
    if ((map->flags & SCHEMA_ONE_KEY) != 0) {
        fputs(" Exactly one of these keys.", out);
    }
    if ((map->flags & SCHEMA_FIELDS) != 0) {
        fputs(" Besides these keys, any field of the event.", out);
    }
    fputs("\n\n| key | value | if not given | meaning | example |\n"
          "| --- | --- | --- | --- | --- |\n",
          out);
    for (const struct schema_key *key = map->keys; key->key != NULL; key++) {
        print_key(out, key);
    }
    print_words(out, map);
}

/* Every kind that is explained separately, once. */
static void print_values(FILE *out)
{
    fputs(values_opening, out);
    for (int kind = 0; kind < SCHEMA_KINDS; kind++) {
        const struct schema_words *words = schema_words((enum schema_kind)kind);

        if (words->form != NULL) {
            fprintf(out, "| %s | %s |\n", words->says, words->form);
        }
    }
}

/* ---- events ------------------------------------------------------------- */

static void print_event(FILE *out, const struct event_kind *kind)
{
    fprintf(out, "| `%s` | ", kind->name);
    for (unsigned i = 0; i < kind->fields; i++) {
        const char *word = fields_word(kind->field[i].kind);

        fprintf(out, "%s`%s` (%s)", i > 0 ? ", " : "", kind->field[i].key,
                word != NULL ? word : fields_says(kind->field[i].kind));
    }
    fputs(" | ", out);
    print_cell(out, kind->text);
    fputs(" |\n", out);
}

static void print_events(FILE *out, const char *title, bool traced)
{
    fprintf(out,
            "\n### %s\n\n| event | fields | meaning |\n"
            "| --- | --- | --- |\n",
            title);
    for (int i = 0; i < EVENT_COUNT; i++) {
        if (explain_is_traced(i) == traced) {
            print_event(out, event_kind((enum event_code)i));
        }
    }
}

/* Fields with the same letter have the same names: those of the first are
 * shown. */
static void print_names(FILE *out)
{
    char seen[32] = "";
    size_t count = 0;

    fputs("\n### Names of values\n\n"
          "The names that a pattern may use for these fields.\n\n"
          "| field | names |\n"
          "| --- | --- |\n",
          out);
    for (int i = 0; i < EVENT_COUNT; i++) {
        const struct event_kind *kind = event_kind((enum event_code)i);

        for (unsigned k = 0; k < kind->fields; k++) {
            char letter = kind->field[k].kind;

            if (strchr(seen, letter) != NULL || count + 1u >= sizeof seen ||
                (fields_word(letter) == NULL && letter != 'p')) {
                continue;
            }
            seen[count++] = letter;
            fprintf(out, "| %s | ",
                    letter == 'p' ? "partition" : fields_word(letter));
            explain_names(out, i, k, "");
            fputs(" |\n", out);
        }
    }
}

/* ---- words --------------------------------------------------------------- */

static void print_terms(FILE *out)
{
    fputs("\n## Words\n\n"
          "`otalab explain WORD` prints the same.\n\n",
          out);
    for (const struct glossary_term *term = glossary_terms; term->name != NULL;
         term++) {
        fprintf(out, "- **%s**: %s\n", term->name, term->text);
    }
}

static void print_reasons(FILE *out)
{
    fputs("\n### Reasons\n\n"
          "Why the bootloader refused an image or went back, and why the agent "
          "did not continue.\n\n"
          "| reason | of the bootloader | of the agent |\n"
          "| --- | --- | --- |\n",
          out);
    for (const struct glossary_reason *row = glossary_reasons;
         row->name != NULL; row++) {
        fprintf(out, "| `%s` | %s | %s |\n", row->name,
                row->boot != NULL ? row->boot : "",
                row->agent != NULL ? row->agent : "");
    }
    fputs("\nWhy the device's decoder refuses a patch; the agent then fetches "
          "the full image.\n\n"
          "| error | meaning |\n"
          "| --- | --- |\n",
          out);
    for (const struct glossary_patch *row = glossary_patches; row->name != NULL;
         row++) {
        fprintf(out, "| `%s` | %s |\n", row->name, row->text);
    }
}

void explain_markdown(FILE *out)
{
    fputs(opening, out);
    fputs(example, out);
    fputs(reading, out);
    print_values(out);
    fputs("\n## Keys\n", out);
    for (size_t i = 0; schema_maps[i] != NULL; i++) {
        print_map(out, schema_maps[i]);
    }
    fputs("\n## Events\n\n"
          "What steps may wait for, what expectations count, and what a "
          "recording contains.\n"
          "Numbers also match as ranges.\n",
          out);
    print_events(out, "Of the device, through its trace port", true);
    print_events(out, "Of the simulator", false);
    print_names(out);
    fputs(faults, out);
    print_terms(out);
    print_reasons(out);
}
