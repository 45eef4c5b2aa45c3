/* SPDX-License-Identifier: MIT */
/*
 * A history as a scenario file: the scenario's own text, with a step for each
 * fault and the new name. Comments and layout are kept. Pure.
 */
#ifndef OTALAB_TUI_FAULT_YAML_H
#define OTALAB_TUI_FAULT_YAML_H

#include <stdint.h>
#include <stdio.h>

/* What is changed in the scenario. */
struct fault_yaml {
    const char *name;
    const uint64_t *seed; /* NULL: as it is */
    unsigned faults;
    const char *const *fault;
};
/* All of the file. */
void fault_yaml_scenario(FILE *out, const char *source,
                         const struct fault_yaml *change);

#endif
