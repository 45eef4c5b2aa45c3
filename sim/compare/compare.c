/* SPDX-License-Identifier: MIT */
#include "compare/compare.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record/changes.h"

#define PPM 1000000u

static const char *const image_parts[COMPARE_PARTS] = {"slot-a", "slot-b",
                                                       "recovery", "staging"};

/* ---- the run --------------------------------------------------------------- */

static uint32_t erased_bytes(const struct flash *flash,
                             const struct board_part *part)
{
    uint32_t sector = flash->figures.sector;
    uint32_t bytes = 0;

    for (uint32_t at = part->start; at < part->start + part->length;
         at += sector) {
        bytes += flash->erase_count[at / FLASH_BLOCK] > 0 ? sector : 0;
    }
    return bytes;
}

static void add_part(struct compare_row *row, const struct board_part *from,
                     const struct flash *flash)
{
    struct compare_part *part = &row->part[row->parts];
    bool staging = strcmp(from->name, "staging") == 0;

    snprintf(part->name, sizeof part->name, "%s", from->name);
    part->start = from->start;
    part->length = from->length;
    part->used = staging ? erased_bytes(flash, from) : from->length;
    row->flash_used += part->used;
    row->parts += part->used > 0 ? 1u : 0u;
}

static void find_worn(struct compare_row *row, const struct board_map *map,
                      const struct flash *flash)
{
    for (uint32_t i = 0; i < flash->figures.size / FLASH_BLOCK; i++) {
        const struct board_part *part = board_map_at(map, i * FLASH_BLOCK);

        if (flash->erase_count[i] > row->erases) {
            row->erases = flash->erase_count[i];
            snprintf(row->worn, sizeof row->worn, "%s",
                     part != NULL ? part->name : "");
        }
    }
    row->endurance = flash->figures.endurance;
}

/* The map of the flash that the run had. */
static int read_map(const struct run_result *result, struct board_map *map,
                    struct diag *diag)
{
    const uint8_t none[32] = {0};
    struct changes_reader reader;
    uint8_t *bytes = NULL;
    size_t size = 0;

    if (result->device[0].flash == NULL ||
        changes_finish(&result->track.changes, none, &bytes, &size) != 0) {
        return diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory");
    }
    int err = changes_open(&reader, bytes, size, diag);

    if (err == 0) {
        *map = reader.shape.map;
    }
    free(bytes);
    return err;
}

static int read_flash(struct compare_row *row, const struct run_result *result,
                      struct diag *diag)
{
    const struct flash *flash = result->device[0].flash;
    struct board_map map;
    int err = read_map(result, &map, diag);

    for (unsigned i = 0; i < COMPARE_PARTS && err == 0; i++) {
        const struct board_part *part = board_map_find(&map, image_parts[i]);

        if (part != NULL) {
            add_part(row, part, flash);
        }
    }
    if (err == 0) {
        row->flash_size = flash->figures.size;
        row->image_most = row->parts > 0 ? row->part[0].length : 0;
    }
    return err;
}

static int not_finished(const struct compare_row *row,
                        const struct run_result *result, struct diag *diag)
{
    const struct run_failure *why = &result->failure[0];

    return diag_fail(diag, OTALAB_ERR_FAILED,
                     "the update does not succeed as %s: %s%s%s%s",
                     row->way->name, run_verdict_name(result->verdict),
                     result->failures > 0 ? ": expected " : "",
                     result->failures > 0 ? why->expected : "",
                     result->failures > 0 ? "; try it with 'otalab run --as'"
                                          : "");
}

int compare_run(struct compare_row *row, const struct run_result *result,
                struct diag *diag)
{
    row->run = result->token;
    row->energy_uj = result->device[0].account.total_uj;
    measure_recording(&row->measure, result->recording.bytes,
                      result->recording.length);
    if (result->verdict != RUN_PASSED || row->measure.new_version == 0) {
        return not_finished(row, result, diag);
    }
    return read_flash(row, result, diag);
}

int compare_wear(struct compare_row *row, const struct run_result *result,
                 struct diag *diag)
{
    struct measure measure = {.published = false};
    struct board_map map;

    measure_recording(&measure, result->recording.bytes,
                      result->recording.length);
    if (result->verdict != RUN_PASSED || measure.updates == 0) {
        return not_finished(row, result, diag);
    }
    int err = read_map(result, &map, diag);

    if (err == 0) {
        row->wear = result->token;
        row->updates = measure.updates;
        find_worn(row, &map, result->device[0].flash);
    }
    return err;
}

/* ---- the update that crashes ------------------------------------------------ */

int compare_crash(struct compare_row *row, const struct run_result *result,
                  struct diag *diag)
{
    const struct run_last *last = &result->device[0].last;
    struct measure measure = {.published = false};

    measure_recording(&measure, result->recording.bytes,
                      result->recording.length);
    if (!measure.published || measure.rejected == 0) {
        return diag_fail(diag, OTALAB_ERR_FAILED,
                         "the update that crashes is never tried as %s",
                         row->way->name);
    }
    row->crash = result->token;
    row->after_resets = measure.resets;
    row->after_version = last->version;
    if (measure.in_recovery) {
        row->after = AFTER_RECOVERY;
    } else if (last->works && measure.works) {
        row->after =
            last->version == measure.old_version ? AFTER_OLD : AFTER_NEW;
    } else {
        row->after = AFTER_NOTHING;
    }
    return 0;
}

/* ---- the sweep ------------------------------------------------------------- */

static void add_fatal(struct compare_row *row, const struct sweep *sweep,
                      size_t index)
{
    const struct sweep_position *position = &sweep->position[index];
    uint32_t number = (uint32_t)index + 1u;
    uint64_t to_ns =
        index + 1 < sweep->positions ? position[1].time_ns : position->time_ns;
    struct compare_window *last =
        row->windows > 0 ? &row->window[row->windows - 1] : NULL;

    row->fatal_positions++;
    row->fatal_ns += to_ns - position->time_ns;
    if (last != NULL && last->last + 1u == number) {
        last->last = number;
        last->time.to_ns = to_ns;
        return;
    }
    row->window[row->windows++] =
        (struct compare_window){number, number, {position->time_ns, to_ns}};
}

int compare_sweep(struct compare_row *row, const struct sweep_result *result,
                  struct diag *diag)
{
    const struct sweep *sweep = &result->sweep;
    struct result_tally tally;

    result_tally(result, &tally);
    if (sweep->interrupted || tally.of[SWEEP_OPEN] > 0) {
        return diag_fail(diag, OTALAB_ERR_USAGE,
                         "the sweep as %s is not "
                         "complete",
                         row->way->name);
    }
    row->window = calloc(sweep->positions + 1u, sizeof *row->window);
    if (row->window == NULL) {
        return diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory");
    }
    row->sweep = sweep->token;
    row->sweep.recording[0] = '\0'; /* it was not run to its end alone */
    row->positions = sweep->positions;
    row->cuts = tally.cuts;
    row->fatal_cuts = tally.of[SWEEP_FAILED];
    row->worst_boots = tally.boots;
    row->worst_ns = tally.time_ns;
    for (size_t i = 0; i < sweep->positions; i++) {
        if (sweep_worst(&sweep->position[i]) == SWEEP_FAILED) {
            add_fatal(row, sweep, i);
        }
    }
    return 0;
}

uint32_t compare_share(const struct compare_row *row)
{
    uint64_t part = row->fatal_ns / 1000u;
    uint64_t whole = row->measure.works_ns / 1000u;

    part = part < whole ? part : whole;
    return whole > 0 ? (uint32_t)(part * PPM / whole) : 0;
}

/* ---- the fleet ------------------------------------------------------------- */

static int spread_row(const struct compare *compare, struct compare_row *row,
                      const struct fleet_figures *figures, uint64_t *first,
                      uint64_t *week)
{
    struct fleet_run *run = calloc(compare->runs, sizeof *run);
    int err = run == NULL
                  ? ESTIMATE_WORK
                  : fleet_simulate(figures, compare->seed, compare->runs, run);

    for (uint64_t i = 0; i < compare->runs && err == 0; i++) {
        first[i] = run[i].first;
        week[i] = run[i].all;
    }
    if (err == 0) {
        spread_of(first, compare->runs, &row->first_day);
        spread_of(week, compare->runs, &row->week);
    }
    free(run);
    return err;
}

static int fleet_row(const struct compare *compare, struct compare_row *row)
{
    struct fleet_figures figures = compare->fleet;
    uint64_t *first = calloc(compare->runs, sizeof *first);
    uint64_t *week = calloc(compare->runs, sizeof *week);

    figures.total_ns = row->measure.works_ns;
    figures.update_ns = row->measure.works_ns;
    figures.fatal_ns =
        row->fatal_ns < figures.total_ns ? row->fatal_ns : figures.total_ns;
    int err = first == NULL || week == NULL ? ESTIMATE_WORK
                                            : fleet_of(&figures, &row->fleet);

    err = err ? err : spread_row(compare, row, &figures, first, week);
    free(first);
    free(week);
    return err;
}

int compare_fleet(struct compare *compare)
{
    int err = 0;

    for (unsigned i = 0; i < COMPARE_WAYS && err == 0; i++) {
        err = fleet_row(compare, &compare->row[i]);
    }
    return err;
}

void compare_free(struct compare *compare)
{
    for (unsigned i = 0; i < COMPARE_WAYS; i++) {
        free(compare->row[i].window);
        compare->row[i].window = NULL;
    }
}
