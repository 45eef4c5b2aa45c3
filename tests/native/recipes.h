/* SPDX-License-Identifier: MIT */
/*
 * Cases with a name: those that once broke a promise, and the plain ways of an
 * update. `campaign --corpus` writes them as inputs for the fuzzer to start
 * from.
 */
#ifndef OTALAB_TESTS_NATIVE_RECIPES_H
#define OTALAB_TESTS_NATIVE_RECIPES_H

#include "native/boot_case.h"

unsigned recipe_count(void);
const char *recipe_name(unsigned number);
void recipe(unsigned number, struct boot_case *made);

#endif
