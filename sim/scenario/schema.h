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

#include "outside/link.h"

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
    SCHEMA_CHANCE,  /* millionths; uint32_t */
    SCHEMA_RATE,    /* bit/s; uint64_t */
    SCHEMA_ENERGY,  /* uJ; uint64_t */
    SCHEMA_OHMS,    /* thousandths; uint32_t */
    SCHEMA_CODE,    /* CoAP's 5.03, as one byte; uint32_t */
    SCHEMA_RANGE,   /* struct range */
    SCHEMA_CHOICE,  /* one of `choices`; its value in an enum, or char[] */
    SCHEMA_IMAGE,   /* a declared image or one of `choices`; char[] */
    SCHEMA_EVENT,   /* an event's name; uint32_t code */
    SCHEMA_SIGNER,  /* one of `choices`, or a PEM file; char[] */
    SCHEMA_FLAG,    /* nothing follows: a bare word, or {} */
    SCHEMA_MAP,     /* keys of `map`, stored in the same struct */
    /* Stored by functions of their own: */
    SCHEMA_IMAGES,     /* NAME: image */
    SCHEMA_FLASH,      /* PARTITION: image */
    SCHEMA_EDIT,       /* nothing, or a number; example: its meaning, or NULL */
    SCHEMA_EDITS,      /* list of edits */
    SCHEMA_STEPS,      /* list of steps */
    SCHEMA_PATTERN,    /* an event with some of its fields */
    SCHEMA_ACTIONS,    /* one action or a list of them */
    SCHEMA_EXPECTS,    /* list of expectations */
    SCHEMA_END,        /* the keys of at_end, one expectation each */
    SCHEMA_ALLOW,      /* list of `choices`, a bit mask */
    SCHEMA_NETWORK,    /* struct scenario_network */
    SCHEMA_BATTERY,    /* struct scenario_battery */
    SCHEMA_PROPERTIES, /* PATH: number */
    SCHEMA_PUBLISH,    /* an image's name, or the keys of `map` */
    SCHEMA_MISBEHAVE,  /* struct server_fault and the kind */
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
    uint64_t unit; /* numbers are stored in this many; 0: of one */
    uint64_t low;  /* bounds of what is stored, when high > 0 */
    uint64_t high;
    const char *help;    /* a sentence without its full stop */
    const char *usual;   /* when it is not given: a value, as it is written,
                            or a remark in brackets; NULL: nothing */
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

/* What a network's mapping is read into; its figures are those of the same
 * name for both ways. */
struct schema_network_keys {
    uint32_t kind; /* for link_kind_at() */
    uint64_t rate;
    uint64_t rate_of[LINK_DIRECTIONS];
    struct link_figures figures;
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
