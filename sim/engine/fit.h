/* SPDX-License-Identifier: MIT */
/*
 * Do programs and images fit the scenario and the flash? What does not is a
 * mistake at its place.
 */
#ifndef OTALAB_ENGINE_FIT_H
#define OTALAB_ENGINE_FIT_H

#include "engine/given.h"

/* The folders in which programs are looked for, in this order; NULL ends. */
#define FIT_FOLDERS 4u
void fit_folders(const struct run_case *given, char own[400],
                 const char *folders[FIT_FOLDERS]);
/* No program is called so: a mistake, and the name that may be meant. */
void fit_no_program(struct run_case *given, const struct scenario_image *image);
/* Is there room for what the factory puts into flash? Else mistakes. */
void fit_places(struct run_case *given);

#endif
