/* SPDX-License-Identifier: MIT */
/*
 * The words of an update, for people: what a slot, a trial or a rollback is,
 * and what each reason given by bootloader and agent means. `otalab explain`,
 * the reference page, and everything that displays a run use this one table.
 * Constant.
 */
#ifndef OTALAB_RECORD_GLOSSARY_H
#define OTALAB_RECORD_GLOSSARY_H

#include <stddef.h>

struct glossary_term {
    const char *name; /* "rollback"; NULL ends the table */
    const char *also; /* other words for it, between blanks: " a b "; or NULL */
    const char *text; /* sentences */
    const char *see;  /* related events and terms, or NULL */
};

/* A reason: why something was refused, given up or postponed. */
struct glossary_reason {
    const char *name;  /* NULL ends the table */
    const char *boot;  /* meaning for bootloader and ROM; NULL: unused */
    const char *agent; /* what it means to the update agent, likewise */
};

/* An error of the decoder of patches (enum delta_why on the device). */
struct glossary_patch {
    const char *name; /* NULL ends the table */
    const char *text;
};

extern const struct glossary_term glossary_terms[];
extern const struct glossary_reason glossary_reasons[];
extern const struct glossary_patch glossary_patches[];

/* Find a term by its name or another word for it; NULL if there is none. */
const struct glossary_term *glossary_find(const char *word);
const struct glossary_reason *glossary_reason(const char *name);
const struct glossary_patch *glossary_patch(const char *name);

#endif
