/* SPDX-License-Identifier: MIT */
/*
 * The words of an update, for people: what a slot, a trial or a rollback is,
 * and what each reason of bootloader and agent means. One table for `otalab
 * explain`, the reference page, and whatever shows a run. Constant.
 */
#ifndef OTALAB_RECORD_GLOSSARY_H
#define OTALAB_RECORD_GLOSSARY_H

#include <stddef.h>

struct glossary_term {
    const char *name; /* "rollback"; NULL ends the table */
    const char *also; /* other words for it, between blanks: " a b "; or NULL */
    const char *text; /* sentences */
    const char *see;  /* events and terms to go on with, or NULL */
};

/* A reason: why something was refused, left or put off. */
struct glossary_reason {
    const char *name;  /* NULL ends the table */
    const char *boot;  /* what it means to bootloader and ROM; NULL: unused */
    const char *agent; /* and to the update agent */
};

extern const struct glossary_term glossary_terms[];
extern const struct glossary_reason glossary_reasons[];

/* By its name or another word for it; NULL when there is none. */
const struct glossary_term *glossary_find(const char *word);
const struct glossary_reason *glossary_reason(const char *name);

#endif
