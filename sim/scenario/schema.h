/* SPDX-License-Identifier: MIT */
/*
 * The grammar of scenarios as data: one table per mapping. The reader walks
 * it to validate and store, `otalab explain` to print reference, Markdown and
 * JSON Schema; nothing about a key is written twice. All of it is constant.
 */
#ifndef OTALAB_SCENARIO_SCHEMA_H
#define OTALAB_SCENARIO_SCHEMA_H

#include <stddef.h>
#include <stdint.h>

/* What a key's value is, and by that how it is read and stored. */
enum schema_kind {
    SCHEMA_TEXT,    /* one line; char[] */
    SCHEMA_NAME,    /* a name that files may bear; char[] */
    SCHEMA_VERSION, /* 1.2.0+4; char[] */
    SCHEMA_BOOL,    /* bool, int, or struct range (0..0, 1..1) */
    SCHEMA_NUMBER,  /* uint32_t or uint64_t; `choices` adds words */
    SCHEMA_SIZE,    /* bytes; uint32_t */
    SCHEMA_TIME,    /* ns; uint64_t */
    SCHEMA_SHARE,   /* thousandths; uint32_t */
    SCHEMA_RANGE,   /* struct range */
    SCHEMA_CHOICE,  /* one of `choices`; its value in an enum, or char[] */
    SCHEMA_IMAGE,   /* a declared image or one of `choices`; char[] */
    SCHEMA_EVENT,   /* an event's name; uint32_t code */
    SCHEMA_SIGNER,  /* one of `choices`, or a PEM file; char[] */
    SCHEMA_FLAG,    /* nothing follows: a bare word, or {} */
    SCHEMA_MAP,     /* keys of `map`, stored in the same struct */
    /* Stored by functions of their own: */
    SCHEMA_IMAGES,  /* NAME: image */
    SCHEMA_FLASH,   /* PARTITION: image */
    SCHEMA_EDIT,    /* nothing, or a number; example: its meaning, or NULL */
    SCHEMA_EDITS,   /* list of edits */
    SCHEMA_STEPS,   /* list of steps */
    SCHEMA_PATTERN, /* an event with some of its fields */
    SCHEMA_ACTIONS, /* one action or a list of them */
    SCHEMA_EXPECTS, /* list of expectations */
    SCHEMA_END,     /* the keys of at_end, one expectation each */
    SCHEMA_ALLOW,   /* list of `choices`, a bit mask */
    SCHEMA_KINDS
};

#define SCHEMA_REQUIRED 1u /* of a key */
#define SCHEMA_ONE_KEY 1u  /* of a mapping: exactly one of its keys */
#define SCHEMA_FIELDS 2u   /* of a mapping: and the fields of its event */

struct schema_choice {
    const char *name; /* NULL ends the table */
    uint32_t value;
    const char *help;
};

struct schema_key {
    const char *key; /* NULL ends the table */
    enum schema_kind kind;
    unsigned flags;
    const struct schema_map *map;
    const struct schema_choice *choices;
    size_t offset; /* in the struct that the mapping is read into */
    size_t size;
    uint64_t low; /* bounds, when high > 0 */
    uint64_t high;
    const char *help;    /* a sentence without its full stop */
    const char *example; /* a value, as it is written */
};

struct schema_map {
    const char *name; /* "power_cut" */
    const char *path; /* "steps[].do.power_cut" */
    const char *help;
    unsigned flags;
    const struct schema_key *keys;
};

/* What a kind is called, and how JSON Schema says it. */
struct schema_words {
    const char *says; /* "a time with its unit" */
    const char *form; /* how it is written: "45ms"; may be NULL */
    const char *json; /* members of the schema; NULL: made by code */
};

extern const struct schema_map schema_scenario; /* the root */
extern const struct schema_map schema_image;
extern const struct schema_map schema_flash;
extern const struct schema_map schema_edit;
extern const struct schema_map schema_step;
extern const struct schema_map schema_pattern;
extern const struct schema_map schema_action;
extern const struct schema_map schema_expect;
extern const struct schema_map schema_end;

/* Every mapping, in the order of the reference; ends with NULL. */
extern const struct schema_map *const schema_maps[];

extern const struct schema_choice schema_partitions[];

const struct schema_words *schema_words(enum schema_kind kind);
/* The key of that name, or NULL. */
const struct schema_key *schema_find(const struct schema_map *map,
                                     const char *key);
const struct schema_choice *schema_choice_find(
    const struct schema_choice *choices, const char *name);

#endif
