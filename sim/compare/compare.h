/* SPDX-License-Identifier: MIT */
/*
 * One update under each way to make it, side by side: the figures, and from
 * which run each comes. Made from the results of runs and sweeps, without
 * running anything; plain values but for the spans, which compare_free() frees.
 */
#ifndef OTALAB_COMPARE_COMPARE_H
#define OTALAB_COMPARE_COMPARE_H

#include "compare/measure.h"
#include "device/figures.h"
#include "engine/result.h"
#include "estimate/fleet.h"
#include "scenario/way.h"
#include "sweep/result.h"

#define COMPARE_WAYS 4u
#define COMPARE_PARTS 4u /* slot-a, slot-b, recovery, staging */

/* A part of the flash that holds images. */
struct compare_part {
    char name[EVENT_LABEL];
    uint32_t start;
    uint32_t length; /* bytes */
    uint32_t used;   /* the same, or for staging those that were erased */
};

/* Cuts in a row of positions that can all be fatal; a cut at a position stands
 * for all up to the next one. Times of the sweep's clean run, in ns. */
struct compare_window {
    uint32_t first; /* positions, counted from 1 */
    uint32_t last;
    struct measure_span time;
};

/* What runs when the update has failed its trial and nothing more happens. */
enum compare_after {
    AFTER_OLD = 0, /* the old version works */
    AFTER_NEW,     /* the new one, which did not fail */
    AFTER_RECOVERY,
    AFTER_NOTHING
};

struct compare_row {
    const struct way *way;

    /* from the update without a cut */
    struct token run;
    struct measure measure;
    uint32_t flash_size;
    unsigned parts;
    struct compare_part part[COMPARE_PARTS];
    uint32_t flash_used; /* bytes, of all parts */
    uint32_t image_most; /* bytes of the largest image that would fit */
    uint64_t energy_uj;  /* 0: no battery, not measured */

    /* from updates in a row */
    struct token wear;
    uint32_t updates;
    uint32_t erases; /* of the sector erased most often */
    char worn[EVENT_LABEL];
    uint32_t endurance; /* cycles */

    /* from the sweep */
    struct token sweep;
    uint64_t cuts;
    uint64_t fatal_cuts;
    uint64_t positions;
    uint64_t fatal_positions;
    uint64_t fatal_ns; /* sum of the windows */
    size_t windows;
    struct compare_window *window; /* malloc'ed */
    uint32_t worst_boots;          /* of a recovery that ends well */
    uint64_t worst_ns;

    /* from the update that crashes */
    struct token crash;
    enum compare_after after;
    uint32_t after_version; /* major << 24 | minor << 16 | revision */
    uint32_t after_resets;

    /* of the fleet, if one was asked for */
    struct fleet fleet;
    struct spread first_day;
    struct spread week;
};

struct compare {
    char scenario[64];
    char title[160];
    const char *family; /* forms of cuts that were tried; NULL: all */
    unsigned first;     /* of the ways compared: 0 or WAY_PARTS */
    struct compare_row row[COMPARE_WAYS];
    struct fleet_figures fleet; /* devices 0: none was asked for */
    uint64_t seed;              /* of its simulation */
    uint64_t runs;
};

/* The update has to have worked. 0, or OTALAB_ERR_FAILED with a line in diag. */
int compare_run(struct compare_row *row, const struct run_result *result,
                struct diag *diag);
int compare_wear(struct compare_row *row, const struct run_result *result,
                 struct diag *diag);
int compare_crash(struct compare_row *row, const struct run_result *result,
                  struct diag *diag);
/* 0, or a negative enum otalab_err: the sweep must be complete. */
int compare_sweep(struct compare_row *row, const struct sweep_result *result,
                  struct diag *diag);
/* Expected bricks and their spread, for each row, with the figures of
 * compare->fleet. 0, or a negative enum estimate_err. */
int compare_fleet(struct compare *compare);
void compare_free(struct compare *compare);

/* Share of the update in which a cut is fatal, in millionths. */
uint32_t compare_share(const struct compare_row *row);

#endif
