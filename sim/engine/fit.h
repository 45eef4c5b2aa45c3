/* SPDX-License-Identifier: MIT */
/*
 * Checks that programs and images fit the scenario and the flash. Whatever does
 * not is a mistake at its place.
 */
#ifndef OTALAB_ENGINE_FIT_H
#define OTALAB_ENGINE_FIT_H

#include "engine/given.h"

/* The folders in which programs are looked for, in this order; NULL ends the
 * list. */
#define FIT_FOLDERS 4u
void fit_folders(const struct run_case *given, char own[400],
                 const char *folders[FIT_FOLDERS]);
/* There is no program of that name: report a mistake, with the name probably
 * meant. */
void fit_no_program(struct run_case *given, const struct scenario_image *image);
/* Check that there is room for everything that the factory puts into flash;
 * otherwise report mistakes. */
void fit_places(struct run_case *given);

#endif
