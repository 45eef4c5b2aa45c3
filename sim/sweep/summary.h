/* SPDX-License-Identifier: MIT */
/*
 * A sweep's result, grouped for reports: bands of the strip, and a table by
 * operation. Plain values; names are borrowed from the result, lists are
 * malloc'ed.
 */
#ifndef OTALAB_SWEEP_SUMMARY_H
#define OTALAB_SWEEP_SUMMARY_H

#include "sweep/result.h"

/* Consecutive positions in one boot during which one program runs. */
struct summary_band {
    uint32_t boot;
    const char *program;
    size_t first; /* index of a position */
    size_t count;
};

/* All cuts at one kind of operation in one partition, in one state. */
struct summary_row {
    uint32_t code; /* enum event_code */
    const char *partition;
    const char *program; /* NULL: in all states */
    uint32_t journal;
    uint64_t positions;
    struct result_tally tally;
    /* in the family's order, and then all random ones */
    struct result_tally form[SWEEP_FORMS + 1];
};

struct summary {
    size_t bands;
    struct summary_band *band;
    size_t rows;
    struct summary_row *row;
};

/* By operation, or by operation and state (`by_state`). 0, or -1 if out of
 * memory; summary_free() either way. */
int summary_make(const struct sweep_result *result, bool by_state,
                 struct summary *summary);
void summary_free(struct summary *summary);

/* What never occurred: an operation in a state, or there one of the effects. */
struct summary_hole {
    const struct summary_row *state;     /* its program and journal */
    const struct summary_row *operation; /* its code and partition */
    const struct sweep_form *form;       /* NULL: the operation itself */
};

/* All holes of a summary by state: each state that occurs is combined with each
 * operation that does, and with each effect that the sweep was asked for. In
 * the order of the rows; names are borrowed from the summary. *holes is
 * malloc'ed. Their number, 0 also if out of memory. */
size_t summary_holes(const struct sweep_result *result,
                     const struct summary *by_state,
                     struct summary_hole **holes);

/* The virtual time of the clean run up to its last position, in ns. */
uint64_t summary_length(const struct sweep_result *result);

/* The positions at which some effect fails, and how long it is from the first of
 * them to the last. */
struct summary_window {
    size_t fatal; /* how many; 0: no window, and all below is 0 */
    size_t first; /* counted from 1 */
    size_t last;
    uint64_t length_ns; /* virtual time of the clean run */
    uint32_t permille; /* of the time from its first position to its last one */
};
struct summary_window summary_window(const struct sweep_result *result);

/* "280 positions, 13 to 292: 9612 ms, 73.4 % of the time from the first to the
 * last", for a window that is not empty. */
void summary_window_text(const struct summary_window *window, char *out,
                         size_t size);

/* What was tried, in one phrase: "complete over positions x family". */
void summary_covered(const struct sweep_result *result, char *out, size_t size);
/* What was not tried, in one sentence. */
void summary_left_out(const struct sweep_result *result, char *out,
                      size_t size);

#endif
