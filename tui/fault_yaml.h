/* SPDX-License-Identifier: MIT */
/*
 * A history as a scenario file: the scenario's own text, with a step for each
 * fault and the new name. Comments and layout are kept. Pure.
 */
#ifndef OTALAB_TUI_FAULT_YAML_H
#define OTALAB_TUI_FAULT_YAML_H

#include <stdint.h>
#include <stdio.h>

/* One fault of a line as a step: "- on: {event: .., nth: 2}\n  do: {..}\n",
 * each line after `indent` blanks. The fault has been read by
 * scenario_add_fault() before, so it is well-formed. */
void fault_yaml_step(FILE *out, const char *fault, unsigned indent);
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
