/* SPDX-License-Identifier: MIT */
/*
 * A fault in one line of text. It is turned into the same nodes as a step in a
 * file and read with the same tables, so both forms mean the same and fail with
 * the same messages; columns count within the line.
 */
#include "scenario/fault_text.h"

#include "base/suggest.h"
#include "scenario/read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FAULT_LENGTH 1000u
#define FAULT_PLACE "fault" /* takes the place of the file's name in errors */
#define DO_PREFIX \
    "do." /* do.partition=: belongs to the action, not the
                             * event */

struct fault {
    struct reader reader;
    char text[FAULT_LENGTH + 1u]; /* split into words */
    struct node_tree tree;
    struct node *root;   /* the step's */
    struct node *action; /* the mapping of the action's own keys */
    struct node *on;     /* the event's; NULL for a fault at a time */
    int event;
};

static struct place at_column(const struct fault *fault, const char *word)
{
    return (struct place){.line = 1,
                          .column = (uint32_t)(word - fault->text) + 1u};
}

static struct node *add_named(struct fault *fault, struct node *parent,
                              const char *key, enum node_kind kind,
                              const char *at, const char *text)
{
    struct node *node =
        node_add(&fault->tree, parent, kind, at_column(fault, at), text);

    if (node != NULL && node_name(node, key, at_column(fault, at)) != 0) {
        return NULL;
    }
    return node;
}

static int no_memory(struct fault *fault)
{
    return diag_fail(fault->reader.diag, OTALAB_ERR_SIMULATOR, "out of memory");
}

static bool is_field(const struct fault *fault, const char *key)
{
    return fault->event >= 0 &&
           event_field_find((enum event_code)fault->event, key) >= 0;
}

/* Reports an unknown key. It may be a misspelt field of the event rather than a
 * key of the action. */
static bool like_a_field(const struct fault *fault, const char *key)
{
    const struct schema_key *row =
        schema_find(&schema_action, fault->action->key);
    struct suggest suggest;

    suggest_start(&suggest, key);
    for (const struct schema_key *own =
             row != NULL && row->map != NULL ? row->map->keys : NULL;
         own != NULL && own->key != NULL; own++) {
        suggest_offer(&suggest, own->key);
    }
    for (unsigned i = 0; fault->event >= 0 &&
                         i < event_kind((enum event_code)fault->event)->fields;
         i++) {
        suggest_offer(&suggest,
                      event_kind((enum event_code)fault->event)->field[i].key);
    }
    const char *best = suggest_best(&suggest);

    return best != NULL && is_field(fault, best) &&
           (row == NULL || row->map == NULL ||
            schema_find(row->map, best) == NULL);
}

/* Whether "key=..." selects events; otherwise it belongs to the action. */
static bool selects(const struct fault *fault, const char *key)
{
    if (fault->on == NULL) {
        return false;
    }
    return schema_find(&schema_pattern, key) != NULL || is_field(fault, key) ||
           like_a_field(fault, key);
}

/* The mapping to which a key belongs: the event's, the action's, or the step's
 * for the device of a fault at a time. */
static struct node *parent_of(const struct fault *fault, const char *key)
{
    if (fault->on == NULL && strcmp(key, "device") == 0) {
        return fault->root;
    }
    return selects(fault, key) ? fault->on : fault->action;
}

/* A value without its quotes. */
static int take_quotes(struct fault *fault, char *value)
{
    return fault_unquote(value) == 0
               ? 0
               : read_fail(&fault->reader, at_column(fault, value),
                           "%.60s is not one quoted value; write for example "
                           "\"a, b\", and \\\" or \\\\ within it",
                           value);
}

/* A comma within a value is the likely reason where there is such a value. */
static int not_a_pair(struct fault *fault, const char *word)
{
    bool valued = node_find(fault->action, "text") != NULL;

    return read_fail(&fault->reader, at_column(fault, word),
                     "'%.60s' is not of the form 'key=value'; %s", word,
                     valued ? "a value with a comma is written in quotes"
                            : "write for example 'nth=3'");
}

/* "key=value", split at the '='. */
static int add_pair(struct fault *fault, char *word)
{
    char *equals = strchr(word, '=');
    const char *key = word;

    if (equals == NULL || equals == word) {
        return not_a_pair(fault, word);
    }
    *equals = '\0';
    int err = take_quotes(fault, equals + 1);

    if (err) {
        return err;
    }
    bool own = strncmp(key, DO_PREFIX, strlen(DO_PREFIX)) == 0;

    if (own) {
        key += strlen(DO_PREFIX);
    }
    struct node *parent = own ? fault->action : parent_of(fault, key);

    if (node_find(parent, key) != NULL) {
        return read_fail(&fault->reader, at_column(fault, word),
                         "key '%.60s' is given twice; remove one", key);
    }
    struct node *node =
        add_named(fault, parent, key, NODE_SCALAR, word, equals + 1);

    if (node == NULL) {
        return no_memory(fault);
    }
    node->style = NODE_QUOTED;
    node->place = at_column(fault, equals + 1);
    return 0;
}

/* Whether the action's value is a mapping. */
static bool is_mapping(const struct schema_key *row)
{
    return row->kind == SCHEMA_FLAG || row->map != NULL;
}

/* An action whose value is a line of text or a word takes it from text=..., or
 * before the '@'; a time also from for=... */
static int take_text(struct fault *fault, const struct schema_key *row)
{
    struct node *map = fault->action;
    const struct node *text = node_find(map, "text");

    if (text == NULL && row != NULL && row->kind == SCHEMA_TIME) {
        text = node_find(map, "for");
    }
    if (row == NULL || (text == NULL && is_mapping(row))) {
        return 0;
    }
    if (is_mapping(row) && row->kind != SCHEMA_PUBLISH) {
        return read_fail(
            &fault->reader, text->place,
            "'%s' takes no value of its own; write 'KEY=VALUE' after a comma",
            row->key);
    }
    if (text == NULL || map->first != map->last) {
        return read_fail(&fault->reader, map->key_place,
                         "'%s' takes only its value; write 'text=%s'", row->key,
                         row->example);
    }
    map->kind = NODE_SCALAR;
    map->style = NODE_QUOTED;
    map->place = text->place;
    map->text = malloc(strlen(text->text) + 1u);
    if (map->text == NULL) {
        return no_memory(fault);
    }
    memcpy(map->text, text->text, strlen(text->text) + 1u);
    map->first = map->last = NULL;
    return 0;
}

/* "link=down@12s": the action's value directly after its name. */
static int add_value(struct fault *fault, const char *value)
{
    struct node *node =
        add_named(fault, fault->action, "text", NODE_SCALAR, value, value);

    if (node == NULL) {
        return -1;
    }
    node->style = NODE_QUOTED;
    return 0;
}

/* An event, or a time. */
static int add_when(struct fault *fault, const char *at)
{
    bool timed = *at >= '0' && *at <= '9';
    struct node *when =
        timed ? add_named(fault, fault->root, "at", NODE_SCALAR, at, at)
              : add_named(fault, fault->root, "on", NODE_MAP, at, NULL);

    if (when == NULL) {
        return no_memory(fault);
    }
    if (!timed) {
        fault->on = when;
        fault->event = event_find(at);
        if (add_named(fault, when, "event", NODE_SCALAR, at, at) == NULL) {
            return no_memory(fault);
        }
    }
    return 0;
}

/* The nodes up to the first ',': what is done, and where. */
static int add_head(struct fault *fault, char *head)
{
    char *at = head + fault_span(head, "@");

    if (*at == '\0' || at == head || at[1] == '\0') {
        return read_fail(
            &fault->reader, at_column(fault, head),
            "'%.60s' is not a fault; write ACTION@EVENT or ACTION@TIME, for "
            "example 'power_cut@flash.erase,nth=3' or 'power_cut@12.5ms'",
            head);
    }
    *at++ = '\0';
    char *value = strchr(head, '=');

    if (value != NULL) {
        *value++ = '\0';
        int err = take_quotes(fault, value);

        if (err) {
            return err;
        }
    }
    struct node *root =
        node_add(&fault->tree, NULL, NODE_MAP, at_column(fault, head), NULL);
    struct node *list =
        root == NULL ? NULL
                     : add_named(fault, root, "do", NODE_MAP, head, NULL);

    fault->root = root;
    fault->action = list == NULL
                        ? NULL
                        : add_named(fault, list, head, NODE_MAP, head, NULL);
    if (fault->action == NULL ||
        (value != NULL && add_value(fault, value) != 0)) {
        return no_memory(fault);
    }
    return add_when(fault, at);
}

static int add_words(struct fault *fault)
{
    char *word = fault->text;
    bool head = true;

    while (word != NULL) {
        char *end = word + fault_span(word, ",");
        char *comma = *end != '\0' ? end + 1 : NULL;

        *end = '\0';
        int err = head ? add_head(fault, word) : add_pair(fault, word);

        if (err != 0) {
            return err;
        }
        head = false;
        word = comma;
    }
    return take_text(fault, schema_find(&schema_action, fault->action->key));
}

int scenario_add_fault(struct scenario *scenario, const char *text,
                       struct diag *diag)
{
    struct mistakes mistakes = {.count = 0};
    struct fault fault = {.reader = {.value = read_value,
                                     .path = FAULT_PLACE,
                                     .scenario = scenario,
                                     .mistakes = &mistakes,
                                     .diag = diag},
                          .event = -1};
    size_t length = strlen(text);

    if (length > FAULT_LENGTH) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "a fault of %zu characters is too long; at most %u",
                         length, FAULT_LENGTH);
    }
    memcpy(fault.text, text, length + 1u);
    int err = add_words(&fault);

    if (err == 0) {
        err = read_step(&fault.reader, fault.tree.root, NULL);
    }
    if (err == 0) {
        err =
            read_possible(&fault.reader, &scenario->step[scenario->steps - 1u]);
        scenario->steps -= err != 0 ? 1u : 0u;
    }
    node_free(&fault.tree);
    mistakes_first(&mistakes, diag);
    return err;
}
