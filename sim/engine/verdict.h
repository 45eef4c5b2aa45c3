/* SPDX-License-Identifier: MIT */
/*
 * The reasons why a run fails.
 */
#ifndef OTALAB_ENGINE_VERDICT_H
#define OTALAB_ENGINE_VERDICT_H

#include "engine/state.h"

/* The failure, for adding details; NULL if there is no room for more. */
struct run_failure *verdict_fail(struct run *run, struct place place,
                                 uint64_t sequence, const char *expected,
                                 const char *seen);
/* Write a time with microseconds, as in the story: 4.488547 s. Returns
 * `out`. */
const char *verdict_time(uint64_t ns, char *out, size_t size);

#endif
