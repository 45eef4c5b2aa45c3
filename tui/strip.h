/* SPDX-License-Identifier: MIT */
/*
 * The strip of a finished sweep: a cell for each position at which power was
 * cut, and one effect at the chosen one. It borrows the sweep's result, which
 * outlives it. Acts move it (acts_strip.c), view_strip.c draws it.
 */
#ifndef OTALAB_TUI_STRIP_H
#define OTALAB_TUI_STRIP_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/token.h"
#include "history/history.h"
#include "sweep/result.h"

struct strip {
    const struct sweep_result *result; /* NULL: no sweep is open */
    bool shown;                        /* instead of a history */
    size_t cursor;                     /* position, from 0 */
    unsigned effect;                   /* there, from 0 */
    bool opened;                       /* the history is that of the next two */
    size_t of;                         /* position */
    unsigned which;                    /* effect */
    bool seeks; /* the history runs until its first cut is known */
    unsigned faults;
    char fault[TOKEN_FAULTS][TOKEN_FAULT_SIZE];
    const char *list[TOKEN_FAULTS]; /* the same */
};

/* At the first position that fails, if one does. */
void strip_open(struct strip *strip, const struct sweep_result *result);
/* Cells in a row of a screen that is `width` columns wide. */
unsigned strip_columns(unsigned width);
/* Go to a position, at most the last, and there to the worst effect. */
void strip_go(struct strip *strip, size_t position);
/* The next position that fails in that direction (1 or -1), or false. */
bool strip_failing(const struct strip *strip, int step, size_t *position);
/* NULL if nothing was tried there. */
const struct sweep_position *strip_position(const struct strip *strip);
const struct sweep_effect *strip_effect(const struct strip *strip);
/* The failure that begins with the cut under the cursor. NULL: there is none,
 * also when the cut led to a boot that fails after another one, too. */
const struct sweep_failure *strip_failure(const struct strip *strip);
/* Fill `fault` and `list` for the case under the cursor: its cut, or all of a
 * failure that begins with it. */
void strip_faults(struct strip *strip);
/* The event of the first cut in the history that is open; 0: not known (yet). */
uint64_t strip_cut(const struct strip *strip, const struct history *history);

#endif
