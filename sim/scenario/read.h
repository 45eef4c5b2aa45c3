/* SPDX-License-Identifier: MIT */
/*
 * Inside of the scenario reader: how nodes become values, by the tables of
 * schema.h. Only the files in sim/scenario include it. Every function returns
 * 0, or a negative enum otalab_err: an error in the scenario adds a mistake, a
 * failure of this machine is a line in diag. After a mistake the reader
 * continues, to find all of them; values that could not be read are left such
 * that they cause no further mistakes.
 */
#ifndef OTALAB_SCENARIO_READ_H
#define OTALAB_SCENARIO_READ_H

#include "scenario/mistakes.h"
#include "scenario/node.h"
#include "scenario/schema.h"

struct reader;

/* Read one key's value, of any kind; node->key is the key. read_value.c */
typedef int value_reader(struct reader *reader, const struct schema_key *key,
                         const struct node *node, void *target);

struct reader {
    value_reader *value; /* read_value(): maps nested in maps */
    const char *path;
    struct scenario *scenario;
    struct mistakes *mistakes;
    struct diag *diag;
    bool unsure_images; /* some names may not have been understood */
};

/* Record the result of a part: `now` is its code, *err that of the whole. False
 * if it makes no sense to continue. */
bool read_on(int *err, int now);

/* One item of a list or mapping, of whatever kind. */
typedef int (*read_item)(struct reader *reader, const struct node *node,
                         void *target);
/* Call a function for each of the node's children, in order. */
int read_each(struct reader *reader, const struct node *node, read_item item,
              void *target);

/* A set of keys of a mapping: one bit per row of its table, hence uint32_t. */

#define READ_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* Read `map` from `node` into `target`. With SCHEMA_FIELDS, `pattern` gets the
 * event's fields. */
int read_map(struct reader *reader, const struct schema_map *map,
             const struct node *node, void *target, struct pattern *pattern,
             uint32_t *seen);
value_reader read_value;
/* The same for kinds that fit in a single scalar. */
value_reader read_scalar;
/* Read a field of the pattern's event. */
int read_field(struct reader *reader, struct pattern *pattern,
               const struct node *node);
/* Values with structures of their own; read_images.c */
value_reader read_edit_value;
value_reader read_edits;
value_reader read_images;
value_reader read_flash;
value_reader read_allow;
/* read_world.c */
value_reader read_network;
value_reader read_battery;
value_reader read_properties;
value_reader read_publish;
value_reader read_misbehave;
/* read_steps.c, read_expects.c */
value_reader read_steps;
value_reader read_tells;
value_reader read_actions;
value_reader read_expects;
/* Read a step from its own node; used for the file and for single faults. */
int read_step(struct reader *reader, const struct node *node, void *target);

/* Check that the step can happen, in this world, before the run ends, and look
 * up the image that an action names. crosscheck.c */
int read_possible(struct reader *reader, struct step *step);

/* Whether the row of that name is among the keys seen. */
bool read_has(const struct schema_map *map, uint32_t seen, const char *key);
int read_fail(struct reader *reader, struct place place, const char *format,
              ...) __attribute__((format(printf, 3, 4)));
/* Report "unknown key 'x' in limits; did you mean 'y'?", with the nearest name
 * in `map` and, if `event` is not negative, among that event's fields. */
int read_unknown(struct reader *reader, const struct schema_map *map, int event,
                 const char *word, struct place place);
/* Check that the node is of that kind; if not, report the right form. */
int read_want(struct reader *reader, const struct schema_key *key,
              const struct node *node, enum node_kind kind);
/* Write "a, b, c", truncated with "..". */
void read_names(const struct schema_choice *choices, char *out, size_t size);

/* Check what one table cannot express: names that refer to each other.
 * crosscheck.c */
int read_crosscheck(struct reader *reader, const struct node *root);

#endif
