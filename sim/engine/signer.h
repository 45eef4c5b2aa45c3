/* SPDX-License-Identifier: MIT */
/*
 * Keys by name: the development keys, and PEM files beside the scenario.
 */
#ifndef OTALAB_ENGINE_SIGNER_H
#define OTALAB_ENGINE_SIGNER_H

#include "engine/given.h"

/* Is it a PEM file's name? */
bool signer_is_file(const char *name);
/* The key of that name, "root" when it is empty. */
int signer_key(const struct run_case *given, const char *name, struct key *key,
               struct diag *diag);

#endif
