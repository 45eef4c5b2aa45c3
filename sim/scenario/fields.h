/* SPDX-License-Identifier: MIT */
/*
 * The values of an event's fields, by the letters of record/event.h: what they
 * are and what names they have. Constant; nothing is owned.
 */
#ifndef OTALAB_SCENARIO_FIELDS_H
#define OTALAB_SCENARIO_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FIELDS_VALUES 64u /* no table of names has more entries */
#define FIELDS_NAME 32u   /* and no name is longer */

/* "slot" or "reason" for letters whose values have names, otherwise NULL. */
const char *fields_word(char letter);
/* "a number or a range", for every letter. */
const char *fields_says(char letter);
/* A value as a scenario writes it: "2..", "1.2.0". */
const char *fields_example(char letter);
/* The name of the field's value; false if it has none. */
bool fields_name(uint32_t code, unsigned field, uint64_t value, char *out,
                 size_t size);

#endif
