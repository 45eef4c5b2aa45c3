/* SPDX-License-Identifier: MIT */
#include "scenario/explain.h"

#include <string.h>

#include "base/suggest.h"
#include "record/event.h"
#include "record/glossary.h"
#include "scenario/explain_parts.h"
#include "scenario/fields.h"

/* ---- pieces ------------------------------------------------------------ */

bool explain_is_traced(int code)
{
    return code < (int)EVENT_POWER_ON;
}

static void key_path(const struct schema_map *map, const struct schema_key *key,
                     char *out, size_t size)
{
    snprintf(out, size, "%s%s%s", map->path, map->path[0] != '\0' ? "." : "",
             key->key);
}

void explain_kind(FILE *out, const struct schema_key *key)
{
    const struct schema_words *words = schema_words(key->kind);

    if (key->kind == SCHEMA_EDIT) {
        fputs(key->example != NULL ? key->example : "no value", out);
        return;
    }
    if (key->kind == SCHEMA_CHOICE) {
        for (const struct schema_choice *row = key->choices; row->name != NULL;
             row++) {
            fprintf(out, "%s%s", row == key->choices ? "" : ", ", row->name);
        }
        return;
    }
    fputs(words->says, out);
    if (words->form != NULL) {
        fprintf(out, " (%s)", words->form);
    }
    for (const struct schema_choice *row = key->choices;
         row != NULL && row->name != NULL; row++) {
        fprintf(out, "%s%s", row == key->choices ? ", or: " : ", ", row->name);
    }
}

void explain_names(FILE *out, int code, unsigned field, const char *join)
{
    const struct event_kind *kind = event_kind((enum event_code)code);
    char name[FIELDS_NAME];

    if (kind->field[field].kind == 'p') {
        for (const struct schema_choice *row = schema_partitions;
             row->name != NULL; row++) {
            fprintf(out, "%s%s", join, row->name);
            join = ", ";
        }
    }
    if (fields_word(kind->field[field].kind) == NULL) {
        return;
    }
    for (unsigned value = 0; value < FIELDS_VALUES; value++) {
        if (fields_name((uint32_t)code, field, value, name, sizeof name)) {
            fprintf(out, "%s%s", join, name);
            join = ", ";
        }
    }
}

const char *explain_usual(const struct schema_key *key, char *out, size_t size)
{
    if (key->usual == NULL) {
        return NULL;
    }
    bool remark = key->usual[0] == '(';
    size_t length = strlen(key->usual) - (remark ? 2u : 0);

    snprintf(out, size, "%.*s", (int)length, key->usual + (remark ? 1 : 0));
    return out;
}

#define WIDTH 78u

void explain_wrapped(FILE *out, const char *indent, const char *text)
{
    size_t column = 0;

    while (*text != '\0') {
        size_t word = strcspn(text, " ");

        if (column > 0 && column + 1 + word > WIDTH) {
            fputc('\n', out);
            column = 0;
        }
        fprintf(out, "%s%.*s", column > 0 ? " " : indent, (int)word, text);
        column += word + (column > 0 ? 1 : strlen(indent));
        text += word + strspn(text + word, " ");
    }
    fputc('\n', out);
}

/* ---- topics ------------------------------------------------------------ */

static void explain_term(FILE *out, const struct glossary_term *term)
{
    fprintf(out, "%s\n", term->name);
    explain_wrapped(out, "  ", term->text);
    if (term->see != NULL) {
        fprintf(out, "  See also: %s.\n", term->see);
    }
}

static void explain_reason(FILE *out, const struct glossary_reason *reason)
{
    char text[300];

    fprintf(out, "%s\n", reason->name);
    if (reason->boot != NULL) {
        snprintf(text, sizeof text,
                 "A reason of ROM and bootloader (boot.reject, boot.rollback): "
                 "%s.",
                 reason->boot);
        explain_wrapped(out, "  ", text);
    }
    if (reason->agent != NULL) {
        snprintf(text, sizeof text,
                 "A reason of the update agent (agent.refuse, agent.fail): %s.",
                 reason->agent);
        explain_wrapped(out, "  ", text);
    }
}

static void explain_event(FILE *out, int code)
{
    const struct event_kind *kind = event_kind((enum event_code)code);

    fprintf(out, "%s\n  %s\n  Event of %s.\n", kind->name, kind->text,
            explain_is_traced(code) ? "the device, through its trace port"
                                    : "the simulator");
    if (kind->fields > 0) {
        fputs("  Fields:\n", out);
    }
    for (unsigned i = 0; i < kind->fields; i++) {
        fprintf(out, "    %-12s %s", kind->field[i].key,
                fields_says(kind->field[i].kind));
        explain_names(out, code, i, ": ");
        fputc('\n', out);
    }
    fprintf(out, "  Written:\n    - on: {event: %s", kind->name);
    if (kind->fields > 0) {
        fprintf(out, ", %s: %s", kind->field[0].key,
                fields_example(kind->field[0].kind));
    }
    fprintf(out, ", nth: 2}\n    - never: {event: %s}\n", kind->name);
}

static void explain_choices(FILE *out, const struct schema_choice *choices)
{
    for (; choices != NULL && choices->name != NULL; choices++) {
        fprintf(out, "    %-16s %s\n", choices->name,
                choices->help != NULL ? choices->help : "");
    }
}

static void explain_map(FILE *out, const struct schema_map *map)
{
    for (const struct schema_key *key = map->keys; key->key != NULL; key++) {
        fprintf(out, "    %-14s %s%s\n", key->key, key->help,
                (key->flags & SCHEMA_REQUIRED) != 0 ? " (required)" : "");
    }
    if ((map->flags & SCHEMA_FIELDS) != 0) {
        fputs("    and the fields of the event\n", out);
    }
}

static void explain_key(FILE *out, const struct schema_map *map,
                        const struct schema_key *key)
{
    char path[120];
    char usual[120];

    key_path(map, key, path, sizeof path);
    fprintf(out, "%s\n  %s.\n  Value: ", path, key->help);
    explain_kind(out, key);
    fprintf(out, "%s\n",
            (key->flags & SCHEMA_REQUIRED) != 0 ? "; required" : "");
    if (explain_usual(key, usual, sizeof usual) != NULL) {
        fprintf(out, "  If not given: %s\n", usual);
    }
    if (key->kind != SCHEMA_EDIT && key->example != NULL) {
        fprintf(out, "  Written: %s: %s\n", key->key, key->example);
    } else {
        fprintf(out, "  Written: %s%s\n", key->key,
                key->kind != SCHEMA_EDIT ? ": {}"
                : key->example != NULL   ? ": 5"
                                         : "");
    }
    if (key->choices != NULL && key->choices[0].help != NULL) {
        fputs("  Words:\n", out);
        explain_choices(out, key->choices);
    }
    if (key->map != NULL) {
        fputs("  Keys:\n", out);
        explain_map(out, key->map);
    }
}

/* "resets" and "limits.resets" match limits.resets, but "s.resets" does not. */
static bool path_fits(const char *path, const char *topic)
{
    size_t length = strlen(path);
    size_t tail = strlen(topic);

    if (tail > length || strcmp(path + length - tail, topic) != 0) {
        return false;
    }
    return tail == length || path[length - tail - 1u] == '.';
}

/* What a topic's name can be compared with. */
struct search {
    FILE *out;
    const char *topic;
    unsigned found;
    struct suggest suggest;
};

static void found(struct search *search)
{
    if (search->found++ > 0) {
        fputc('\n', search->out);
    }
}

static void search_glossary(struct search *search)
{
    const struct glossary_term *term = glossary_find(search->topic);
    const struct glossary_reason *reason = glossary_reason(search->topic);

    for (const struct glossary_term *row = glossary_terms; row->name != NULL;
         row++) {
        suggest_offer(&search->suggest, row->name);
    }
    for (const struct glossary_reason *row = glossary_reasons;
         row->name != NULL; row++) {
        suggest_offer(&search->suggest, row->name);
    }
    if (term != NULL) {
        found(search);
        explain_term(search->out, term);
    }
    if (reason != NULL) {
        found(search);
        explain_reason(search->out, reason);
    }
}

static void search_patches(struct search *search)
{
    const struct glossary_patch *patch = glossary_patch(search->topic);
    char text[200];

    for (const struct glossary_patch *row = glossary_patches; row->name != NULL;
         row++) {
        suggest_offer(&search->suggest, row->name);
    }
    if (patch != NULL) {
        found(search);
        snprintf(text, sizeof text,
                 "An error of the device's decoder of patches: %s.",
                 patch->text);
        fprintf(search->out, "%s\n", patch->name);
        explain_wrapped(search->out, "  ", text);
    }
}

/* "boot" stands for boot.start, boot.state and so on. */
static void search_group(struct search *search)
{
    size_t length = strlen(search->topic);
    bool begun = false;

    for (int i = 0; i < EVENT_COUNT; i++) {
        const struct event_kind *kind = event_kind((enum event_code)i);

        if (strncmp(kind->name, search->topic, length) != 0 ||
            kind->name[length] != '.') {
            continue;
        }
        if (!begun) {
            found(search);
            fprintf(search->out, "%s.*\n  Events:\n", search->topic);
            begun = true;
        }
        fprintf(search->out, "    %-18s %s\n", kind->name, kind->text);
    }
}

static void search_events(struct search *search)
{
    for (int i = 0; i < EVENT_COUNT; i++) {
        const char *name = event_kind((enum event_code)i)->name;

        suggest_offer(&search->suggest, name);
        if (strcmp(name, search->topic) == 0) {
            found(search);
            explain_event(search->out, i);
        }
    }
}

static void search_key(struct search *search, const struct schema_map *map,
                       const struct schema_key *key)
{
    char path[120];

    key_path(map, key, path, sizeof path);
    suggest_offer(&search->suggest, key->key);
    if (path_fits(path, search->topic)) {
        found(search);
        explain_key(search->out, map, key);
    }
}

static void search_words(struct search *search, const struct schema_map *map,
                         const struct schema_key *key)
{
    for (const struct schema_choice *row = key->choices;
         row != NULL && row->name != NULL; row++) {
        suggest_offer(&search->suggest, row->name);
        if (strcmp(row->name, search->topic) == 0) {
            char path[120];

            key_path(map, key, path, sizeof path);
            found(search);
            fprintf(search->out, "%s\n  A value of %s%s%s.\n", row->name, path,
                    row->help != NULL ? ": " : "",
                    row->help != NULL ? row->help : "");
        }
    }
}

static void search_keys(struct search *search,
                        void (*look)(struct search *search,
                                     const struct schema_map *map,
                                     const struct schema_key *key))
{
    for (size_t i = 0; schema_maps[i] != NULL; i++) {
        for (const struct schema_key *key = schema_maps[i]->keys;
             key->key != NULL; key++) {
            look(search, schema_maps[i], key);
        }
    }
}

int explain_topic(FILE *out, const char *topic, struct diag *diag)
{
    struct search search = {.out = out, .topic = topic};

    suggest_start(&search.suggest, topic);
    search_glossary(&search);
    search_patches(&search);
    search_events(&search);
    search_group(&search);
    search_keys(&search, search_key);
    search_keys(&search, search_words);
    if (search.found > 0) {
        return 0;
    }
    const char *best = suggest_best(&search.suggest);

    if (best != NULL) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "nothing is called '%.60s'; did you mean '%s'?", topic,
                         best);
    }
    return diag_fail(diag, OTALAB_ERR_USAGE,
                     "nothing is called '%.60s'; 'otalab explain' lists all "
                     "words, events and keys",
                     topic);
}

/* ---- all of it ---------------------------------------------------------- */

static void list_events(FILE *out, bool traced)
{
    for (int i = 0; i < EVENT_COUNT; i++) {
        const struct event_kind *kind = event_kind((enum event_code)i);

        if (explain_is_traced(i) == traced) {
            fprintf(out, "  %-20s %s\n", kind->name, kind->text);
        }
    }
}

/* Print the first sentence. */
static void list_terms(FILE *out)
{
    for (const struct glossary_term *term = glossary_terms; term->name != NULL;
         term++) {
        fprintf(out, "  %-20s %.*s\n", term->name,
                (int)strcspn(term->text, ".:;"), term->text);
    }
}

static void list_reasons(FILE *out)
{
    for (const struct glossary_reason *row = glossary_reasons;
         row->name != NULL; row++) {
        fprintf(out, "  %-20s %s\n", row->name,
                row->boot != NULL ? row->boot : row->agent);
    }
}

void explain_list(FILE *out)
{
    fputs("Words\n", out);
    list_terms(out);
    fputs("\nReasons given by bootloader and agent\n", out);
    list_reasons(out);
    fputs("\nEvents of the device\n", out);
    list_events(out, true);
    fputs("\nEvents of the simulator\n", out);
    list_events(out, false);
    for (size_t i = 0; schema_maps[i] != NULL; i++) {
        const struct schema_map *map = schema_maps[i];

        fprintf(out, "\n%s%s\n",
                map->path[0] != '\0' ? "Keys of " : "Keys of a scenario",
                map->path);
        for (const struct schema_key *key = map->keys; key->key != NULL;
             key++) {
            fprintf(out, "  %-20s %s\n", key->key, key->help);
        }
    }
    fputs("\n'otalab explain NAME' tells more about each.\n", out);
}
