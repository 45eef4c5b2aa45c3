/* SPDX-License-Identifier: MIT */
/* The effects of a cut that a sweep tries at each position. */
#ifndef OTALAB_SWEEP_FAMILY_H
#define OTALAB_SWEEP_FAMILY_H

#include "sweep/sweep.h"

/* The forms for an operation of that event; a cut between operations has one.
 * Returns their number, at most SWEEP_FORMS. */
unsigned family_forms(uint32_t code, const struct sweep_form **forms);
/* After an earlier cut: what it has torn reads otherwise. At most
 * SWEEP_FORMS. */
unsigned family_flips(uint32_t code, const struct sweep_form **forms);

/* The form of a random sample there: a program clears some of its bits, an erase
 * leaves old, erased and half-risen words. NULL: there is none, because the
 * family has all that a cut can leave. */
const struct sweep_form *family_random(uint32_t code);
/* The form of that name at such an event, or NULL. */
const struct sweep_form *family_find(uint32_t code, const char *name);

/* Whether a list of names separated by commas, or NULL for all, has the form. */
bool family_has(const char *names, const struct sweep_form *form);
/* The first name in the list that no form has, of `length` bytes; NULL: all are
 * known. */
const char *family_unknown(const char *names, size_t *length);

/* The fault that cuts there, as for --fault. `draw` is not 0 for a random
 * form. */
void family_fault(const struct sweep_place *place,
                  const struct sweep_form *form, uint32_t draw, char *out,
                  size_t size);

#endif
