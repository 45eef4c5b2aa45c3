/* SPDX-License-Identifier: MIT */
/* What a manifest says, in plain English: for whom it is, what a device does
 * with it, in which order, and what a device of ours would not understand. */
#ifndef OTALAB_MANIFEST_EXPLAIN_H
#define OTALAB_MANIFEST_EXPLAIN_H

#include <stdio.h>

#include "manifest/read.h"

/* Facts that manifest_read() has read without error. */
void manifest_explain(FILE *out, const struct manifest_facts *facts);

#endif
