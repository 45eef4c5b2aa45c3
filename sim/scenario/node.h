/* SPDX-License-Identifier: MIT */
/*
 * A YAML text as a bounded tree: scalars, lists and maps, each with its place
 * in the file. YAML features that scenarios do not use (anchors, aliases, tags,
 * several documents, directives, tabs, duplicate keys, deep nesting, huge
 * files) are refused here, with a message of our own that shows the right form.
 * The tree owns all nodes and their texts; node_free() frees them.
 */
#ifndef OTALAB_SCENARIO_NODE_H
#define OTALAB_SCENARIO_NODE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/diag.h"
#include "scenario/scenario.h"

#define NODE_FILE_MAX (1024u * 1024u) /* largest file, in bytes */
#define NODE_DEPTH_MAX 12u
#define NODE_COUNT_MAX 20000u

enum node_kind { NODE_SCALAR, NODE_LIST, NODE_MAP };

/* How a scalar was written; BLOCK is a literal ('|') or folded ('>') text. */
enum node_style { NODE_PLAIN, NODE_QUOTED, NODE_BLOCK };

struct node {
    enum node_kind kind;
    enum node_style style;
    struct place place;
    char *text; /* of a scalar; otherwise NULL */
    /* In a map each child carries its key. */
    char *key; /* NULL outside a map */
    struct place key_place;
    struct node *first; /* children, in the order of the file */
    struct node *last;
    struct node *next;
    struct node *made_before; /* chain of all nodes, for node_free() */
};

struct node_tree {
    struct node *root;
    struct node *made; /* the newest node */
    unsigned count;
};

/* Read one document. 0, or a negative enum otalab_err; then `tree` is empty and
 * the diag says "path:line:column: what is wrong; remedy". */
int node_read(const char *text, size_t length, const char *path,
              struct node_tree *tree, struct diag *diag);
void node_free(struct node_tree *tree);

/* Add a node under `parent` (NULL: as the root). `text` is copied; it is
 * NULL for lists and maps. Returns NULL if out of memory or beyond
 * NODE_COUNT_MAX. */
struct node *node_add(struct node_tree *tree, struct node *parent,
                      enum node_kind kind, struct place place,
                      const char *text);
/* Name a map's child; returns 0, or -1 if out of memory. */
int node_name(struct node *node, const char *key, struct place place);

/* A scenario of nodes that were put together; it has no digest. 0, or a negative
 * enum otalab_err with a line in diag; then *out is NULL. reader.c */
int scenario_from_nodes(const struct node_tree *tree, const char *path,
                        struct scenario **out, struct diag *diag);

/* The map's child with that key, or NULL. */
const struct node *node_find(const struct node *map, const char *key);
/* "a mapping", "a list" or "'text'", for messages. */
void node_describe(const struct node *node, char *out, size_t size);

/* Write an error prefixed with the place: "path:line:column: ...". */
int node_fail(struct diag *diag, const char *path, struct place place,
              const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif
