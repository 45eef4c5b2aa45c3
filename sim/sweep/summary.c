/* SPDX-License-Identifier: MIT */
#include "sweep/summary.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sweep/family.h"

/* ---- bands ---------------------------------------------------------------- */

static bool continues(const struct summary_band *band,
                      const struct sweep_position *position)
{
    return band->boot == position->boot &&
           strcmp(band->program, position->program) == 0;
}

static int add_to_bands(struct summary *summary, size_t index,
                        const struct sweep_position *position)
{
    size_t count = summary->bands;

    if (count > 0 && continues(&summary->band[count - 1], position)) {
        summary->band[count - 1].count++;
        return 0;
    }
    struct summary_band *grown =
        realloc(summary->band, (count + 1) * sizeof *grown);

    if (grown == NULL) {
        return -1;
    }
    summary->band = grown;
    grown[summary->bands++] =
        (struct summary_band){.boot = position->boot,
                              .program = position->program,
                              .first = index,
                              .count = 1};
    return 0;
}

/* ---- rows ------------------------------------------------------------------- */

static struct summary_row row_for(const struct sweep_position *position,
                                  bool by_state)
{
    return (struct summary_row){.code = position->place.code,
                                .partition = position->place.partition,
                                .program = by_state ? position->program : NULL,
                                .journal = by_state ? position->journal : 0};
}

static int row_order(const void *a, const void *b)
{
    const struct summary_row *left = a;
    const struct summary_row *right = b;

    if (left->code != right->code) {
        return left->code < right->code ? -1 : 1;
    }
    int order = strcmp(left->partition, right->partition);

    if (order == 0 && left->journal != right->journal) {
        return left->journal < right->journal ? -1 : 1;
    }
    return order != 0 || left->program == NULL
               ? order
               : strcmp(left->program, right->program);
}

/* Its place in the family; random forms come after it. */
static unsigned form_index(uint32_t code, const struct sweep_effect *effect)
{
    const struct sweep_form *form;
    unsigned forms = family_forms(code, &form);
    unsigned at = 0;

    while (at < forms && &form[at] != effect->form) {
        at++;
    }
    return at;
}

static void count_position(struct summary_row *row,
                           const struct sweep_position *position)
{
    row->positions += position->effects > 0;
    for (unsigned i = 0; i < position->effects; i++) {
        result_count(&row->tally, &position->effect[i]);
        result_count(&row->form[form_index(row->code, &position->effect[i])],
                     &position->effect[i]);
    }
}

static int add_to_rows(struct summary *summary,
                       const struct sweep_position *position, bool by_state)
{
    struct summary_row wanted = row_for(position, by_state);
    size_t at = 0;

    while (at < summary->rows && row_order(&summary->row[at], &wanted) != 0) {
        at++;
    }
    if (at == summary->rows) {
        struct summary_row *grown =
            realloc(summary->row, (at + 1) * sizeof *grown);

        if (grown == NULL) {
            return -1;
        }
        summary->row = grown;
        grown[summary->rows++] = wanted;
    }
    count_position(&summary->row[at], position);
    return 0;
}

/* ---- the whole ---------------------------------------------------------------- */

int summary_make(const struct sweep_result *result, bool by_state,
                 struct summary *summary)
{
    const struct sweep *sweep = &result->sweep;
    int err = 0;

    *summary = (struct summary){0};
    for (size_t i = 0; i < sweep->positions && err == 0; i++) {
        err = add_to_bands(summary, i, &sweep->position[i]);
        err = err ? err : add_to_rows(summary, &sweep->position[i], by_state);
    }
    if (summary->rows > 1) {
        qsort(summary->row, summary->rows, sizeof *summary->row, row_order);
    }
    return err;
}

void summary_free(struct summary *summary)
{
    free(summary->band);
    free(summary->row);
    *summary = (struct summary){0};
}

/* ---- holes ------------------------------------------------------------------ */

static bool same_state(const struct summary_row *a, const struct summary_row *b)
{
    return a->journal == b->journal && strcmp(a->program, b->program) == 0;
}

static bool same_operation(const struct summary_row *a,
                           const struct summary_row *b)
{
    return a->code == b->code && strcmp(a->partition, b->partition) == 0;
}

/* No row before it is the same, so that each pair is met once. */
static bool is_first(const struct summary *summary, size_t index,
                     bool (*same)(const struct summary_row *,
                                  const struct summary_row *))
{
    for (size_t i = 0; i < index; i++) {
        if (same(&summary->row[i], &summary->row[index])) {
            return false;
        }
    }
    return true;
}

static const struct summary_row *row_of(const struct summary *summary,
                                        const struct summary_row *state,
                                        const struct summary_row *operation)
{
    for (size_t i = 0; i < summary->rows; i++) {
        if (same_state(&summary->row[i], state) &&
            same_operation(&summary->row[i], operation)) {
            return &summary->row[i];
        }
    }
    return NULL;
}

static bool is_asked_for(const struct sweep_result *result,
                         const struct sweep_form *form)
{
    return (form->kind & result->kinds) != 0 &&
           family_has(result->family[0] != '\0' ? result->family : NULL, form);
}

/* Of one state and one operation. Returns how many `hole` has now. */
static size_t add_holes(const struct sweep_result *result,
                        const struct summary *summary, struct summary_hole hole,
                        struct summary_hole *list, size_t count)
{
    const struct summary_row *row = row_of(summary, hole.state, hole.operation);
    const struct sweep_form *form;
    unsigned forms = family_forms(hole.operation->code, &form);

    if (row == NULL || row->positions == 0) {
        list[count++] = hole;
        return count;
    }
    for (unsigned i = 0; i < forms; i++) {
        if (row->form[i].cuts == 0 && is_asked_for(result, &form[i])) {
            hole.form = &form[i];
            list[count++] = hole;
        }
    }
    return count;
}

size_t summary_holes(const struct sweep_result *result,
                     const struct summary *by_state,
                     struct summary_hole **holes)
{
    size_t rows = by_state->rows;
    size_t count = 0;

    *holes = calloc(rows * rows * SWEEP_FORMS + 1, sizeof **holes);
    for (size_t i = 0; i < rows && *holes != NULL; i++) {
        for (size_t k = 0; k < rows; k++) {
            struct summary_hole hole = {.state = &by_state->row[k],
                                        .operation = &by_state->row[i]};

            if (is_first(by_state, i, same_operation) &&
                is_first(by_state, k, same_state)) {
                count = add_holes(result, by_state, hole, *holes, count);
            }
        }
    }
    return count;
}

uint64_t summary_length(const struct sweep_result *result)
{
    const struct sweep *sweep = &result->sweep;

    return sweep->positions > 0 ? sweep->position[sweep->positions - 1].time_ns
                                : 0;
}

/* Virtual time between two positions, counted from 1. */
static uint64_t time_between(const struct sweep *sweep, size_t from, size_t to)
{
    return sweep->position[to - 1].time_ns - sweep->position[from - 1].time_ns;
}

struct summary_window summary_window(const struct sweep_result *result)
{
    const struct sweep *sweep = &result->sweep;
    struct summary_window window = {.fatal = 0};

    for (size_t i = 0; i < sweep->positions; i++) {
        if (sweep_worst(&sweep->position[i]) == SWEEP_FAILED) {
            window.first = window.fatal++ == 0 ? i + 1 : window.first;
            window.last = i + 1;
        }
    }
    if (window.fatal > 0) {
        uint64_t whole = time_between(sweep, 1, sweep->positions);

        window.length_ns = time_between(sweep, window.first, window.last);
        window.permille =
            whole > 0 ? (uint32_t)(window.length_ns * 1000u / whole) : 0;
    }
    return window;
}

void summary_window_text(const struct summary_window *window, char *out,
                         size_t size)
{
    snprintf(out, size,
             "%zu positions, %zu to %zu: %" PRIu64
             " ms, %u.%u %% of the time from the first to the last",
             window->fatal, window->first, window->last,
             window->length_ns / 1000000u, window->permille / 10u,
             window->permille % 10u);
}

static const char *depth_text(uint32_t depth, char *out, size_t size)
{
    if (depth == 1) {
        return "second cuts during a recovery";
    }
    if (depth >= SWEEP_CLOSURE) {
        return "more than 16 cuts in a row";
    }
    snprintf(out, size, "more than %u cuts in a row", (unsigned)depth);
    return out;
}

static bool is_complete(const struct sweep_result *result)
{
    struct result_tally tally;

    result_tally(result, &tally);
    return !result->sweep.interrupted && result->sweep.counts.open == 0 &&
           tally.of[SWEEP_OPEN] == 0;
}

void summary_covered(const struct sweep_result *result, char *out, size_t size)
{
    bool all = result->first <= 1 && result->last >= result->sweep.positions;
    char sample[64] = "";

    if (result->sample > 0) {
        snprintf(sample, sizeof sample,
                 ", and %" PRIu32 " random form%s at each, seed %" PRIu64,
                 result->sample, result->sample == 1 ? "" : "s", result->seed);
    }
    snprintf(out, size, "%s over %s x %s%s%s",
             is_complete(result) ? "complete" : "a part of the cuts",
             all ? "positions" : "positions of --ops",
             result->family[0] != '\0' ? "--family " : "family", result->family,
             sample);
}

void summary_left_out(const struct sweep_result *result, char *out, size_t size)
{
    char depth[64];
    char expects[96] = "";
    const char *kinds =
        (result->kinds & SWEEP_DIP) == 0 ? "; brown-outs, resets from outside"
        : (result->kinds & SWEEP_RESET) == 0 ? "; resets from outside"
                                             : "";

    if (result->sweep.left_out > 0) {
        snprintf(expects, sizeof expects,
                 ", %u expectation%s that a cut may change (counts, events, "
                 "values at the end)",
                 result->sweep.left_out,
                 result->sweep.left_out == 1 ? "" : "s");
    }
    snprintf(out, size,
             "%s%s; forms of torn operations outside %s%s; time before a "
             "boot other than up to the next day: battery drift, quick "
             "returns of power%s",
             depth_text(result->depth, depth, sizeof depth), kinds,
             result->family[0] != '\0' ? "--family " : "the family",
             result->family, expects);
}
