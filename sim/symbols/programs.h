/* SPDX-License-Identifier: MIT */
/* The ELF files of the programs that a scenario may run: ROM, bootloader, and
 * the build of each image. Constant once filled in. */
#ifndef OTALAB_SYMBOLS_PROGRAMS_H
#define OTALAB_SYMBOLS_PROGRAMS_H

#include "base/paths.h"
#include "scenario/scenario.h"

#define PROGRAMS_MAX (SCENARIO_IMAGES + 2u)

struct programs {
    unsigned count;
    struct {
        char name[SCENARIO_NAME];
        char path[600]; /* of a file that can be read */
    } program[PROGRAMS_MAX];
};

/* Each program once; one without an ELF file is left out. */
void programs_find(const struct scenario *scenario,
                   const struct locations *where, struct programs *out);

#endif
