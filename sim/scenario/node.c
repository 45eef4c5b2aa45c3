/* SPDX-License-Identifier: MIT */
#include "scenario/node.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <yaml.h>

#include "scenario/values.h"

/* ---- the tree --------------------------------------------------------- */

static char *copied(const char *text)
{
    size_t size = strlen(text) + 1u;
    char *copy = malloc(size);

    if (copy != NULL) {
        memcpy(copy, text, size);
    }
    return copy;
}

struct node *node_add(struct node_tree *tree, struct node *parent,
                      enum node_kind kind, struct place place, const char *text)
{
    if (tree->count >= NODE_COUNT_MAX) {
        return NULL;
    }
    struct node *node = calloc(1, sizeof *node);

    if (node == NULL) {
        return NULL;
    }
    node->kind = kind;
    node->place = place;
    node->text = text != NULL ? copied(text) : NULL;
    if (text != NULL && node->text == NULL) {
        free(node);
        return NULL;
    }
    node->made_before = tree->made;
    tree->made = node;
    tree->count++;
    if (parent == NULL) {
        tree->root = node;
    } else if (parent->last == NULL) {
        parent->first = parent->last = node;
    } else {
        parent->last = parent->last->next = node;
    }
    return node;
}

int node_name(struct node *node, const char *key, struct place place)
{
    node->key = copied(key);
    node->key_place = place;
    return node->key != NULL ? 0 : -1;
}

void node_free(struct node_tree *tree)
{
    while (tree->made != NULL) {
        struct node *node = tree->made;

        tree->made = node->made_before;
        free(node->text);
        free(node->key);
        free(node);
    }
    *tree = (struct node_tree){0};
}

const struct node *node_find(const struct node *map, const char *key)
{
    for (const struct node *child = map->first; child != NULL;
         child = child->next) {
        if (child->key != NULL && strcmp(child->key, key) == 0) {
            return child;
        }
    }
    return NULL;
}

void node_describe(const struct node *node, char *out, size_t size)
{
    if (node->kind == NODE_MAP) {
        snprintf(out, size, "a mapping");
    } else if (node->kind == NODE_LIST) {
        snprintf(out, size, "a list");
    } else if (node->text[0] == '\0') {
        snprintf(out, size, "nothing");
    } else {
        bool shortened = strlen(node->text) > 40u;

        snprintf(out, size, "'%.40s%s'", node->text, shortened ? ".." : "");
    }
}

int node_fail(struct diag *diag, const char *path, struct place place,
              const char *format, ...)
{
    char text[sizeof diag->text];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return diag_fail(diag, OTALAB_ERR_USAGE, "%s:%u:%u: %s", path,
                     (unsigned)place.line, (unsigned)place.column, text);
}

/* ---- the reader ------------------------------------------------------- */

struct node_reader {
    yaml_parser_t parser;
    const char *text;
    size_t length;
    const char *path;
    struct node_tree *tree;
    struct diag *diag;
    unsigned depth;
    struct node *open[NODE_DEPTH_MAX]; /* the enclosing lists and maps */
    char *key;                         /* the key that waits for its value */
    struct place key_place;
};

static struct place place_of(yaml_mark_t mark)
{
    return (struct place){.line = (uint32_t)(mark.line + 1u),
                          .column = (uint32_t)(mark.column + 1u)};
}

/* Line and column (in characters) of the byte at `offset`. */
static struct place place_of_offset(const char *text, size_t offset)
{
    struct place place = {.line = 1, .column = 1};

    for (size_t i = 0; i < offset; i++) {
        unsigned char c = (unsigned char)text[i];

        if (c == '\n') {
            place.line++;
            place.column = 1;
        } else if ((c & 0xC0u) != 0x80u) {
            place.column++;
        }
    }
    return place;
}

/* The rest of the text from a mark onwards: libyaml counts characters. */
static const char *source_at(const struct node_reader *reader, yaml_mark_t mark)
{
    size_t characters = 0;
    size_t at = 0;

    for (; at < reader->length; at++) {
        bool starts = ((unsigned char)reader->text[at] & 0xC0u) != 0x80u;

        if (starts && characters++ == mark.index) {
            break;
        }
    }
    return reader->text + at; /* the text ends with a NUL */
}

/* libyaml's complaints, and what they mean to the author of a scenario. */
static const struct {
    const char *problem;
    const char *says;
} syntax_problems[] = {
    {"mapping values are not allowed",
     "a second ':' in this line; quote the value, or start a new line"},
    {"could not find expected ':'", "a key without ':'; write 'key: value'"},
    {"did not find expected key",
     "this does not match the lines above; check indentation and quotes"},
    {"did not find expected '-' indicator",
     "a list item is expected here; start it with '- ', indented like the "
     "others"},
    {"did not find expected ',' or ']'",
     "the list opened by '[' is not closed; write ',' between items and ']' at "
     "the end"},
    {"did not find expected ',' or '}'",
     "the mapping opened by '{' is not closed; write ',' between items and '}' "
     "at the end"},
    {"found unexpected end of stream",
     "a quoted text is not closed; add the closing quote"},
    {"block sequence entries are not allowed",
     "a list item cannot be here; put the list on lines of its own"},
    {"found unknown escape character",
     "an unknown escape after '\\'; use single quotes or write '\\\\'"},
    {"did not find expected <document start>",
     "the text continues after its end; check indentation and brackets"},
};

/* Characters that YAML reserves at the start of a value. */
static int fail_character(struct node_reader *reader, struct place place,
                          const char *source)
{
    char remedy[80];

    if (values_comparison(source, remedy, sizeof remedy)) {
        return node_fail(reader->diag, reader->path, place, "%s", remedy);
    }
    switch (source[0]) {
    case '@':
    case '`':
    case '%':
        return node_fail(reader->diag, reader->path, place,
                         "a value cannot start with '%c'; quote it: "
                         "\"%c...\"",
                         source[0], source[0]);
    case '&':
    case '*':
        return node_fail(
            reader->diag, reader->path, place,
            "'%c' means an anchor or alias in YAML, which scenarios do not "
            "have; quote the value or write it out",
            source[0]);
    case '!':
        return node_fail(reader->diag, reader->path, place,
                         "'!' means a tag in YAML, which scenarios do not "
                         "have; quote the value: \"!...\"");
    case '>':
    case '|':
        return node_fail(reader->diag, reader->path, place,
                         "'%c' starts a text of several lines; quote the "
                         "value, and write comparisons as ranges: 3.. or 0..3",
                         source[0]);
    default:
        return 0;
    }
}

static int fail_syntax(struct node_reader *reader)
{
    const yaml_parser_t *parser = &reader->parser;
    const char *problem = parser->problem != NULL ? parser->problem : "?";
    struct place place = place_of(parser->problem_mark);

    if (parser->error == YAML_MEMORY_ERROR) {
        return diag_fail(reader->diag, OTALAB_ERR_SIMULATOR, "out of memory");
    }
    if (parser->error == YAML_READER_ERROR) {
        place = place_of_offset(reader->text,
                                parser->problem_offset < reader->length
                                    ? parser->problem_offset
                                    : reader->length);
        return node_fail(reader->diag, reader->path, place,
                         "not valid UTF-8; save the file as UTF-8, without "
                         "control characters");
    }
    /* The place where a value started is more helpful than the place where
     * libyaml gave up. */
    int err = 0;

    if (parser->context != NULL) {
        err = fail_character(reader, place_of(parser->context_mark),
                             source_at(reader, parser->context_mark));
    }
    if (err == 0) {
        err = fail_character(reader, place,
                             source_at(reader, parser->problem_mark));
    }
    for (size_t i = 0;
         err == 0 && i < sizeof syntax_problems / sizeof syntax_problems[0];
         i++) {
        if (strstr(problem, syntax_problems[i].problem) != NULL) {
            return node_fail(reader->diag, reader->path, place, "%s",
                             syntax_problems[i].says);
        }
    }
    if (err == 0) {
        err = node_fail(reader->diag, reader->path, place,
                        "not valid YAML (%s); quote the value, or check "
                        "indentation and brackets",
                        problem);
    }
    return err;
}

static int fail_here(struct node_reader *reader, const yaml_event_t *event,
                     const char *says)
{
    return node_fail(reader->diag, reader->path, place_of(event->start_mark),
                     "%s", says);
}

/* libyaml reports anchors and tags as parts of an event. */
static int check_properties(struct node_reader *reader,
                            const yaml_event_t *event, const void *anchor,
                            const void *tag)
{
    if (anchor == NULL && tag == NULL) {
        return 0;
    }
    const char *source = source_at(reader, event->start_mark);
    char first[2] = {anchor != NULL ? '&' : '!', '\0'};

    return fail_character(reader, place_of(event->start_mark),
                          source[0] == '&' || source[0] == '!' ? source
                                                               : first);
}

static enum node_style style_of(yaml_scalar_style_t style)
{
    switch (style) {
    case YAML_SINGLE_QUOTED_SCALAR_STYLE:
    case YAML_DOUBLE_QUOTED_SCALAR_STYLE:
        return NODE_QUOTED;
    case YAML_LITERAL_SCALAR_STYLE:
    case YAML_FOLDED_SCALAR_STYLE:
        return NODE_BLOCK;
    default:
        return NODE_PLAIN;
    }
}

static struct node *innermost(const struct node_reader *reader)
{
    return reader->depth > 0 ? reader->open[reader->depth - 1u] : NULL;
}

static bool wants_key(const struct node_reader *reader)
{
    const struct node *node = innermost(reader);

    return node != NULL && node->kind == NODE_MAP && reader->key == NULL;
}

/* Attach a value to the enclosing list or map. */
static int add_value(struct node_reader *reader, const yaml_event_t *event,
                     enum node_kind kind, const char *text, struct node **made)
{
    struct node *node = node_add(reader->tree, innermost(reader), kind,
                                 place_of(event->start_mark), text);

    if (node == NULL) {
        return fail_here(reader, event,
                         "too many values; a scenario has at most 20000");
    }
    if (reader->key != NULL) {
        node->key = reader->key;
        node->key_place = reader->key_place;
        reader->key = NULL;
    }
    *made = node;
    return 0;
}

static int take_key(struct node_reader *reader, const yaml_event_t *event,
                    const char *text)
{
    const struct node *twin = node_find(innermost(reader), text);

    if (twin != NULL) {
        return node_fail(
            reader->diag, reader->path, place_of(event->start_mark),
            "key '%.60s' is given twice, first in line %u; remove one", text,
            (unsigned)twin->key_place.line);
    }
    reader->key = copied(text);
    reader->key_place = place_of(event->start_mark);
    if (reader->key == NULL) {
        return diag_fail(reader->diag, OTALAB_ERR_SIMULATOR, "out of memory");
    }
    return 0;
}

static int on_scalar(struct node_reader *reader, const yaml_event_t *event)
{
    const char *text = (const char *)event->data.scalar.value;
    int err = check_properties(reader, event, event->data.scalar.anchor,
                               event->data.scalar.tag);

    if (err != 0) {
        return err;
    }
    if (strlen(text) != event->data.scalar.length) {
        return fail_here(reader, event,
                         "a NUL character in the text; remove it");
    }
    if (wants_key(reader)) {
        return take_key(reader, event, text);
    }
    struct node *node = NULL;

    err = add_value(reader, event, NODE_SCALAR, text, &node);
    if (err == 0) {
        node->style = style_of(event->data.scalar.style);
    }
    return err;
}

static int on_open(struct node_reader *reader, const yaml_event_t *event,
                   enum node_kind kind)
{
    bool is_map = kind == NODE_MAP;
    const void *anchor = is_map ? event->data.mapping_start.anchor
                                : event->data.sequence_start.anchor;
    const void *tag =
        is_map ? event->data.mapping_start.tag : event->data.sequence_start.tag;
    int err = check_properties(reader, event, anchor, tag);

    if (err != 0) {
        return err;
    }
    if (wants_key(reader)) {
        return fail_here(reader, event,
                         "a key must be a word, not a list or mapping; write "
                         "'key: value'");
    }
    if (reader->depth >= NODE_DEPTH_MAX) {
        return fail_here(reader, event,
                         "nested too deeply; no scenario needs more than 12 "
                         "levels");
    }
    struct node *node = NULL;

    err = add_value(reader, event, kind, NULL, &node);
    if (err == 0) {
        reader->open[reader->depth++] = node;
    }
    return err;
}

static int on_document(struct node_reader *reader, const yaml_event_t *event)
{
    if (reader->tree->root != NULL) {
        return fail_here(reader, event,
                         "a second document; a file holds one scenario, "
                         "remove the '---' before it");
    }
    if (event->data.document_start.version_directive != NULL ||
        event->data.document_start.tag_directives.start !=
            event->data.document_start.tag_directives.end) {
        return fail_here(
            reader, event,
            "directives ('%') are not used in scenarios; remove the line");
    }
    return 0;
}

static int on_event(struct node_reader *reader, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        return on_document(reader, event);
    case YAML_SCALAR_EVENT:
        return on_scalar(reader, event);
    case YAML_SEQUENCE_START_EVENT:
        return on_open(reader, event, NODE_LIST);
    case YAML_MAPPING_START_EVENT:
        return on_open(reader, event, NODE_MAP);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        reader->depth--;
        return 0;
    case YAML_ALIAS_EVENT:
        return fail_character(reader, place_of(event->start_mark), "*");
    default:
        return 0;
    }
}

static int read_events(struct node_reader *reader)
{
    for (;;) {
        yaml_event_t event;

        if (yaml_parser_parse(&reader->parser, &event) == 0) {
            return fail_syntax(reader);
        }
        bool last = event.type == YAML_STREAM_END_EVENT;
        int err = on_event(reader, &event);

        yaml_event_delete(&event);
        if (err != 0 || last) {
            return err;
        }
    }
}

/* Errors that can be found before libyaml reads the text. */
static int check_text(const struct node_reader *reader)
{
    if (reader->length > NODE_FILE_MAX) {
        return diag_fail(
            reader->diag, OTALAB_ERR_USAGE,
            "%s:1:1: the file is larger than 1 MiB, which no scenario needs",
            reader->path);
    }
    const char *tab = memchr(reader->text, '\t', reader->length);

    if (tab != NULL) {
        return node_fail(reader->diag, reader->path,
                         place_of_offset(reader->text,
                                         (size_t)(tab - reader->text)),
                         "a tab; use spaces (in a quoted text: \\t)");
    }
    return 0;
}

static int read_text(struct node_reader *reader)
{
    int err = check_text(reader);

    if (err != 0) {
        return err;
    }
    if (yaml_parser_initialize(&reader->parser) == 0) {
        return diag_fail(reader->diag, OTALAB_ERR_SIMULATOR, "out of memory");
    }
    yaml_parser_set_encoding(&reader->parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&reader->parser,
                                 (const unsigned char *)reader->text,
                                 reader->length);
    err = read_events(reader);
    yaml_parser_delete(&reader->parser);
    free(reader->key);
    if (err == 0 && reader->tree->root == NULL) {
        err = diag_fail(reader->diag, OTALAB_ERR_USAGE,
                        "%s:1:1: the file is empty; start with 'scenario: "
                        "NAME'",
                        reader->path);
    }
    return err;
}

int node_read(const char *text, size_t length, const char *path,
              struct node_tree *tree, struct diag *diag)
{
    static const char mark[] = "\xEF\xBB\xBF"; /* some editors put it first */

    *tree = (struct node_tree){0};
    if (length >= 3u && memcmp(text, mark, 3u) == 0) {
        text += 3;
        length -= 3u;
    }
    char *owned = malloc(length + 1u); /* with a NUL after it */

    if (owned == NULL) {
        return diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory");
    }
    memcpy(owned, text, length);
    owned[length] = '\0';
    struct node_reader reader = {.text = owned,
                                 .length = length,
                                 .path = path,
                                 .tree = tree,
                                 .diag = diag};
    int err = read_text(&reader);

    free(owned);
    if (err != 0) {
        node_free(tree);
    }
    return err;
}
