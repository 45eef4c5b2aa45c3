/* SPDX-License-Identifier: MIT */
/* Mappings and the keys of their tables. */
#include <stdio.h>
#include <string.h>

#include "base/suggest.h"
#include "scenario/read.h"

static void key_names(const struct schema_map *map, char *out, size_t size)
{
    size_t used = 0;

    for (const struct schema_key *key = map->keys; key->key != NULL; key++) {
        int wrote = snprintf(out + used, size - used, "%s%s",
                             used > 0 ? ", " : "", key->key);

        if (wrote < 0 || (size_t)wrote >= size - used) {
            return;
        }
        used += (size_t)wrote;
    }
}

/* Notes a key that was not understood. At the top level it may have been meant
 * as any key that others depend on; those others are then not reported as
 * mistakes. `meant` may be NULL. */
static void take_for_given(struct reader *reader, const char *meant)
{
    struct scenario *scenario = reader->scenario;
    bool any = meant == NULL;

    reader->unsure_images |= any || strcmp(meant, "images") == 0;
    scenario->network.given |= any || strcmp(meant, "network") == 0;
    scenario->battery.given |= any || strcmp(meant, "battery") == 0;
    if (any || strcmp(meant, "devices") == 0) {
        scenario->devices = SCENARIO_DEVICES;
    }
    if (any || strcmp(meant, "limits") == 0) {
        scenario->limit_ns = SCENARIO_RANGE_OPEN;
    }
}

int read_unknown(struct reader *reader, const struct schema_map *map, int event,
                 const char *word, struct place place)
{
    struct suggest suggest;
    char known[340] = "";

    suggest_start(&suggest, word);
    for (const struct schema_key *key = map->keys; key->key != NULL; key++) {
        suggest_offer(&suggest, key->key);
    }
    if (event >= 0) {
        const struct event_kind *kind = event_kind((enum event_code)event);

        for (unsigned i = 0; i < kind->fields; i++) {
            suggest_offer(&suggest, kind->field[i].key);
        }
        snprintf(known, sizeof known, "; see 'otalab explain %s'", kind->name);
    } else {
        char names[300] = "";

        key_names(map, names, sizeof names);
        snprintf(known, sizeof known, "; one of %s", names);
    }
    if (suggest_best(&suggest) != NULL) {
        snprintf(known, sizeof known, "; did you mean '%s'?",
                 suggest_best(&suggest));
    }
    if (map == &schema_scenario) {
        take_for_given(reader, suggest_best(&suggest));
    }
    return read_fail(reader, place, "unknown key '%.60s' in %s%s", word,
                     event >= 0 ? event_kind((enum event_code)event)->name
                                : map->name,
                     known);
}

bool read_has(const struct schema_map *map, uint32_t seen, const char *key)
{
    const struct schema_key *row = schema_find(map, key);

    return row != NULL && (seen >> (row - map->keys) & 1u) != 0;
}

/* The event of a mapping with fields, or -1. */
static int event_of(const struct node *node)
{
    const struct node *event = node_find(node, "event");

    return event != NULL && event->kind == NODE_SCALAR ? event_find(event->text)
                                                       : -1;
}

/* Fields need their event, wherever it is given, so the table's own keys are
 * read first. */
static int read_keys(struct reader *reader, const struct schema_map *map,
                     const struct node *node, void *target, uint32_t *seen)
{
    int err = 0;

    for (const struct node *child = node->first; child != NULL;
         child = child->next) {
        const struct schema_key *key = schema_find(map, child->key);

        if (key == NULL) {
            continue;
        }
        *seen |= 1u << (key - map->keys);
        if (!read_on(&err, reader->value(reader, key, child, target))) {
            break;
        }
    }
    return err;
}

static int read_other(struct reader *reader, const struct schema_map *map,
                      int event, const struct node *node,
                      struct pattern *pattern)
{
    if (event < 0 || pattern == NULL ||
        event_field_find((enum event_code)event, node->key) < 0) {
        return read_unknown(reader, map, event, node->key, node->key_place);
    }
    return read_field(reader, pattern, node);
}

static int read_others(struct reader *reader, const struct schema_map *map,
                       const struct node *node, struct pattern *pattern)
{
    bool fields = (map->flags & SCHEMA_FIELDS) != 0;
    int event = fields ? event_of(node) : -1;
    int err = 0;

    if (fields && event < 0 && node_find(node, "event") != NULL) {
        return 0; /* already reported; whose fields they are is not known */
    }
    for (const struct node *child = node->first; child != NULL;
         child = child->next) {
        if (schema_find(map, child->key) == NULL &&
            !read_on(&err, read_other(reader, map, event, child, pattern))) {
            break;
        }
    }
    return err;
}

static int check_required(struct reader *reader, const struct schema_map *map,
                          const struct node *node, uint32_t seen)
{
    int err = 0;

    for (const struct schema_key *key = map->keys; key->key != NULL; key++) {
        if ((key->flags & SCHEMA_REQUIRED) != 0 &&
            !read_has(map, seen, key->key)) {
            err = read_fail(reader, node->place,
                            "%s needs the key '%s'; add '%s: %s'", map->name,
                            key->key, key->key, key->example);
        }
    }
    return err;
}

static int check_one_key(struct reader *reader, const struct schema_map *map,
                         const struct node *node)
{
    char names[300] = "";

    if ((map->flags & SCHEMA_ONE_KEY) == 0 ||
        (node->first != NULL && node->first == node->last)) {
        return 0;
    }
    if (node->first != NULL) {
        return read_fail(reader, node->first->next->key_place,
                         "a second key '%.60s' in one %s; start a new list "
                         "item with '- '",
                         node->first->next->key, map->name);
    }
    key_names(map, names, sizeof names);
    return read_fail(reader, node->place, "%s is empty; one of %s", map->name,
                     names);
}

int read_map(struct reader *reader, const struct schema_map *map,
             const struct node *node, void *target, struct pattern *pattern,
             uint32_t *seen)
{
    uint32_t keys = 0;
    int err = 0;

    if (node->kind != NODE_MAP) {
        char found[64];

        node_describe(node, found, sizeof found);
        return read_fail(reader, node->place,
                         "%s is a mapping, not %s; write '%s: %s'", map->name,
                         found, map->keys[0].key,
                         map->keys[0].example != NULL ? map->keys[0].example
                                                      : "..");
    }
    if (pattern != NULL) {
        pattern->place = node->place;
    }
    err = check_one_key(reader, map, node);
    if (err == 0 &&
        read_on(&err, read_keys(reader, map, node, target, &keys))) {
        int other = read_others(reader, map, node, pattern);

        /* the key that is missing may be the one not understood */
        if (read_on(&err, other) && other == 0) {
            (void)read_on(&err, check_required(reader, map, node, keys));
        }
    }
    if (seen != NULL) {
        *seen = keys;
    }
    return err;
}
