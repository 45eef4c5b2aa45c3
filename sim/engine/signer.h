/* SPDX-License-Identifier: MIT */
/*
 * Keys by name: the development keys, and PEM files beside the scenario.
 */
#ifndef OTALAB_ENGINE_SIGNER_H
#define OTALAB_ENGINE_SIGNER_H

#include "engine/given.h"

/* Whether it is the name of a PEM file. */
bool signer_is_file(const char *name);
/* The key of that name, "root" if the name is empty. */
int signer_key(const struct run_case *given, const char *name, struct key *key,
               struct diag *diag);

#endif
