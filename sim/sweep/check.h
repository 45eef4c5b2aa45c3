/* SPDX-License-Identifier: MIT */
/* What a sweep's checks of its own method have found. */
#ifndef OTALAB_SWEEP_CHECK_H
#define OTALAB_SWEEP_CHECK_H

#include "device/figures.h"
#include "device/otp.h"
#include "sweep/sweep.h"

/* "replayed from power-on": completes "4 cases .., 0 differed" */
const char *check_text(enum sweep_check_kind kind);
/* "replay", as in a file */
const char *check_name(enum sweep_check_kind kind);

/* Count a case. Of the first that differs, `fault` and, unless it is NULL,
 * `other` are kept as tokens: the case, and what it was compared with. 0, or a
 * negative enum otalab_err with a line in diag. */
int check_count(struct sweep *sweep, enum sweep_check_kind kind, bool agrees,
                const char *fault, const struct token *other_token,
                const char *other, struct diag *diag);
/* Add what a part of the sweep has found. 0, or -1 if out of memory. */
int check_add(struct sweep_check *sum, const struct sweep_check *one);
/* Whether any case was chosen. */
bool check_was_asked(const struct sweep *sweep);
/* What completes "4 cases run on the other machine, ". Returns `out`. */
const char *check_summary(const struct sweep_check *check, char *out,
                          size_t size);
/* The cases of all checks that differed. */
uint64_t check_differed(const struct sweep *sweep);

/*
 * A hash of what is left in flash and fuses and does not depend on how long
 * things took: all but the partition `progress`, in which the update agent keeps
 * times. At most INT64_MAX.
 */
uint64_t check_left(const struct flash *flash, const struct otp *otp,
                    const struct board_map *map);

#endif
