/* SPDX-License-Identifier: MIT */
/*
 * Full images or deltas: the decision rule, as an ordered table. The first line
 * that applies decides; the last one always applies. A line is short because
 * its reason is beside it.
 */
#ifndef OTALAB_ESTIMATE_CHOOSE_H
#define OTALAB_ESTIMATE_CHOOSE_H

#include <stdbool.h>
#include <stdint.h>

#include "estimate/arith.h"

/* The limits in the table. */
#define CHOOSE_CHANGED_PPM 500000u
#define CHOOSE_SIZE (32u * 1024u)
#define CHOOSE_UPDATES 2u
#define CHOOSE_MONTHS 24u
/* Of each figure, at most. */
#define CHOOSE_MOST UINT64_C(1000000000000)

enum choose_link { CHOOSE_CELLULAR = 0, CHOOSE_WIFI, CHOOSE_WIRED };
#define CHOOSE_LINKS 3u
const char *choose_link_name(enum choose_link link);

enum choose_advice { CHOOSE_FULL = 0, CHOOSE_DELTA };

struct choose_figures {
    uint64_t size;        /* bytes of the image */
    uint64_t changed_ppm; /* of the image, in a typical update */
    uint64_t updates;     /* a year */
    uint64_t devices;
    uint64_t link;              /* enum choose_link */
    uint64_t price;             /* as in struct cost_figures; cellular only */
    uint64_t engineering_cents; /* of deltas, once */
};

struct choose_line {
    const char *name;
    const char *condition;
    const char *reason;
    enum choose_advice advice;
    bool (*applies)(const struct choose_figures *figures);
};

/* The lines in order; NULL after the last. */
const struct choose_line *choose_line_at(unsigned index);
/* The line that decides. NULL if a figure is larger than CHOOSE_MOST, or is a
 * share of more than 100 %. */
const struct choose_line *choose(const struct choose_figures *figures);

/* The figures that can turn the decision. */
enum choose_figure {
    CHOOSE_BY_CHANGED = 0,
    CHOOSE_BY_SIZE,
    CHOOSE_BY_UPDATES,
    CHOOSE_BY_DEVICES,
    CHOOSE_BY_PRICE,
    CHOOSE_BY_ENGINEERING
};
#define CHOOSE_FIGURES 6u

/* The value closest to the present one that turns the decision if everything
 * else stays. */
struct choose_turn {
    bool possible; /* otherwise no value does */
    bool above;    /* from `value` on; otherwise from it down */
    uint64_t value;
    const struct choose_line *line; /* that decides then */
};
/* The figures are valid. */
struct choose_turn choose_turn(const struct choose_figures *figures,
                               enum choose_figure figure);

#endif
