/* SPDX-License-Identifier: MIT */
/* JSON Schema, draft 7, from the tables: one definition for each mapping. */
#include "scenario/explain.h"

#include <inttypes.h>
#include <string.h>

#include "base/json.h"
#include "record/event.h"
#include "scenario/explain_parts.h"
#include "scenario/schema.h"

/* Laid out for people, so only its strings are the writer's. */
static void print_text(FILE *out, const char *text)
{
    struct json json = json_stream(out);

    json_text(&json, NULL, text);
}

static void print_ref(FILE *out, const struct schema_map *map)
{
    fprintf(out, "{\"$ref\": \"#/definitions/%s\"}", map->name);
}

static void print_choices(FILE *out, const struct schema_choice *choices)
{
    fputs("{\"enum\": [", out);
    for (const struct schema_choice *row = choices; row->name != NULL; row++) {
        fputs(row == choices ? "" : ", ", out);
        print_text(out, row->name);
    }
    fputs("]}", out);
}

static void print_events(FILE *out)
{
    fputs("{\"enum\": [", out);
    for (int i = 0; i < EVENT_COUNT; i++) {
        fputs(i == 0 ? "" : ", ", out);
        print_text(out, event_kind((enum event_code)i)->name);
    }
    fputs("]}", out);
}

static void print_number(FILE *out, const struct schema_key *key)
{
    fputs("{\"anyOf\": [{\"type\": \"integer\"", out);
    if (key->high > 0) {
        fprintf(out, ", \"minimum\": %" PRIu64 ", \"maximum\": %" PRIu64,
                key->low, key->high);
    }
    fputc('}', out);
    if (key->choices != NULL) {
        fputs(", ", out);
        print_choices(out, key->choices);
    }
    fputs("]}", out);
}

/* An array of things like the map. */
static void print_array(FILE *out, const struct schema_map *map)
{
    fputs("{\"type\": \"array\", \"items\": ", out);
    print_ref(out, map);
    fputc('}', out);
}

/* Edits: bare words, or mappings with one key. */
static void print_edits(FILE *out, const struct schema_map *map)
{
    fputs("{\"type\": \"array\", \"items\": {\"anyOf\": [{\"enum\": [", out);
    for (const struct schema_key *key = map->keys; key->key != NULL; key++) {
        fputs(key == map->keys ? "" : ", ", out);
        print_text(out, key->key);
    }
    fputs("]}, ", out);
    print_ref(out, map);
    fputs("]}}", out);
}

/* The mapping, or a list of them, or a name in its place. */
static void print_either(FILE *out, const struct schema_map *map, bool list)
{
    fputs("{\"anyOf\": [", out);
    print_ref(out, map);
    fputs(", ", out);
    if (list) {
        print_array(out, map);
    } else {
        fputs("{\"type\": \"string\"}", out);
    }
    fputs("]}", out);
}

static void print_kind(FILE *out, const struct schema_key *key)
{
    switch (key->kind) {
    case SCHEMA_NUMBER:
        print_number(out, key);
        break;
    case SCHEMA_CHOICE:
        print_choices(out, key->choices);
        break;
    case SCHEMA_EVENT:
        print_events(out);
        break;
    case SCHEMA_IMAGES:
        fputs("{\"type\": \"object\", \"additionalProperties\": ", out);
        print_ref(out, key->map);
        fputc('}', out);
        break;
    case SCHEMA_EDITS:
        print_edits(out, key->map);
        break;
    case SCHEMA_STEPS:
    case SCHEMA_TELLS:
    case SCHEMA_EXPECTS:
        print_array(out, key->map);
        break;
    case SCHEMA_ACTIONS:
        print_either(out, key->map, true);
        break;
    case SCHEMA_PUBLISH:
        print_either(out, key->map, false);
        break;
    case SCHEMA_ALLOW:
        fputs("{\"type\": \"array\", \"items\": ", out);
        print_choices(out, key->choices);
        fputc('}', out);
        break;
    default:
        if (key->map != NULL) {
            print_ref(out, key->map);
        } else {
            fprintf(out, "{%s}", schema_words(key->kind)->json);
        }
        break;
    }
}

/* Editors show it beside the key. */
static void print_description(FILE *out, const struct schema_key *key)
{
    char usual[120];
    char text[400];

    if (explain_usual(key, usual, sizeof usual) == NULL) {
        print_text(out, key->help);
        return;
    }
    snprintf(text, sizeof text, "%s. If not given: %s", key->help, usual);
    print_text(out, text);
}

static void print_key(FILE *out, const struct schema_key *key)
{
    fputs("\n        ", out);
    print_text(out, key->key);
    fputs(": {\"description\": ", out);
    print_description(out, key);
    fputs(", \"allOf\": [", out);
    print_kind(out, key);
    fputs("]}", out);
}

static void print_required(FILE *out, const struct schema_map *map)
{
    const char *join = "";

    fputs("      \"required\": [", out);
    for (const struct schema_key *key = map->keys; key->key != NULL; key++) {
        if ((key->flags & SCHEMA_REQUIRED) != 0) {
            fputs(join, out);
            print_text(out, key->key);
            join = ", ";
        }
    }
    fputs("],\n", out);
}

static void print_map(FILE *out, const struct schema_map *map)
{
    fprintf(out, "    \"%s\": {\n      \"description\": ", map->name);
    print_text(out, map->help);
    fputs(",\n      \"type\": \"object\",\n", out);
    if ((map->flags & SCHEMA_ONE_KEY) != 0) {
        fputs("      \"minProperties\": 1, \"maxProperties\": 1,\n", out);
    }
    fprintf(out, "      \"additionalProperties\": %s,\n",
            (map->flags & SCHEMA_FIELDS) != 0
                ? "{\"type\": [\"string\", \"number\"]}"
                : "false");
    print_required(out, map);
    fputs("      \"properties\": {", out);
    for (const struct schema_key *key = map->keys; key->key != NULL; key++) {
        fputs(key == map->keys ? "" : ",", out);
        print_key(out, key);
    }
    fputs("\n      }\n    }", out);
}

void explain_json_schema(FILE *out)
{
    fputs("{\n  \"$schema\": \"http://json-schema.org/draft-07/schema#\",\n"
          "  \"title\": \"Otalab scenario\",\n"
          "  \"$ref\": \"#/definitions/scenario\",\n"
          "  \"definitions\": {\n",
          out);
    for (size_t i = 0; schema_maps[i] != NULL; i++) {
        fputs(i == 0 ? "" : ",\n", out);
        print_map(out, schema_maps[i]);
    }
    fputs("\n  }\n}\n", out);
}
