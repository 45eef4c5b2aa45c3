/* SPDX-License-Identifier: MIT */
/*
 * Inside of the scenario reader: how nodes become values, by the tables of
 * schema.h. Only the files of sim/scenario include it. Every function returns
 * 0, or a negative enum otalab_err: for what is wrong with the scenario there
 * is a mistake more, for what is wrong with this machine a line in diag.
 * After a mistake the reader goes on, to find all of them; what was not read
 * is left in a way that nothing else is found wrong for it.
 */
#ifndef OTALAB_SCENARIO_READ_H
#define OTALAB_SCENARIO_READ_H

#include "scenario/mistakes.h"
#include "scenario/node.h"
#include "scenario/schema.h"

struct reader;

/* One key's value, of any kind; node->key is the key. read_value.c */
typedef int value_reader(struct reader *reader, const struct schema_key *key,
                         const struct node *node, void *target);

struct reader {
    value_reader *value; /* read_value(): maps within maps go through it */
    const char *path;
    struct scenario *scenario;
    struct mistakes *mistakes;
    struct diag *diag;
    bool unsure_images; /* some may have names that were not understood */
};

/* Note what a part came to: `now` is its code, *err that of the whole. False
 * when it makes no sense to go on. */
bool read_on(int *err, int now);

/* One item of a list or mapping, of whatever kind. */
typedef int (*read_item)(struct reader *reader, const struct node *node,
                         void *target);
/* Each of the node's children, in order. */
int read_each(struct reader *reader, const struct node *node, read_item item,
              void *target);

/* A set of keys of a mapping: bit per row of its table, so uint32_t. */

#define READ_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* Read `map` from `node` into `target`. With SCHEMA_FIELDS `pattern` gets the
 * fields of the event. */
int read_map(struct reader *reader, const struct schema_map *map,
             const struct node *node, void *target, struct pattern *pattern,
             uint32_t *seen);
value_reader read_value;
/* The same for kinds that a single scalar holds. */
value_reader read_scalar;
/* A field of the pattern's event. */
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
value_reader read_actions;
value_reader read_expects;
/* A step from its own node; used for the file and for single faults. */
int read_step(struct reader *reader, const struct node *node, void *target);

/* Can it happen, in this world, before the run ends? Numbers the image that
 * an action names. crosscheck.c */
int read_possible(struct reader *reader, struct step *step);

/* Is the row of that name among the seen ones? */
bool read_has(const struct schema_map *map, uint32_t seen, const char *key);
int read_fail(struct reader *reader, struct place place, const char *format,
              ...) __attribute__((format(printf, 3, 4)));
/* "unknown key 'x' in limits; did you mean 'y'?" The nearest name of `map`
 * and, when `event` is not negative, of that event's fields. */
int read_unknown(struct reader *reader, const struct schema_map *map, int event,
                 const char *word, struct place place);
/* The node is of that kind, else a line that shows the right form. */
int read_want(struct reader *reader, const struct schema_key *key,
              const struct node *node, enum node_kind kind);
/* "a, b, c", cut short with ".." */
void read_names(const struct schema_choice *choices, char *out, size_t size);

/* What one table cannot say: names that refer to each other. crosscheck.c */
int read_crosscheck(struct reader *reader, const struct node *root);

#endif
