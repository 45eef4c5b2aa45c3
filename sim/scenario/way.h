/* SPDX-License-Identifier: MIT */
/*
 * One scenario of an update over the air, run in another way: with another
 * mechanism, with patches, in another flash, or with an update that crashes. The
 * scenario is written for mechanism ab, without patches, in the board's own flash;
 * a way replaces just that. Its name is part of the run's token.
 */
#ifndef OTALAB_SCENARIO_WAY_H
#define OTALAB_SCENARIO_WAY_H

#include "scenario/scenario.h"

struct way {
    const char *name; /* "ab-delta" */
    uint32_t mechanism;
    uint32_t deltas; /* the server has patches from that many images before */
    uint32_t part;   /* enum board_flash */
    bool crash; /* what is published crashes as it starts; nothing is expected
                   but that no rule is broken */
};

/* The first way that differs in the flash that is fitted. */
#define WAY_PARTS 4u

/* In a fixed order; NULL past the last one. */
const struct way *way_at(unsigned index);
/* Or NULL. */
const struct way *way_find(const char *name);

/* Change a scenario that was just read, before faults are added. 0, or
 * OTALAB_ERR_USAGE with a line that says why it cannot run in that way. */
int scenario_as(struct scenario *scenario, const char *name, struct diag *diag);

#endif
