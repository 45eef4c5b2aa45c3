/* SPDX-License-Identifier: MIT */
/*
 * Looks for a flash dump among the crash images of a sweep: which cut leaves
 * exactly these bytes? Only the clean run and its cuts are needed, no boot after
 * them. Owns nothing; the dump belongs to the caller.
 */
#ifndef OTALAB_SWEEP_FIND_H
#define OTALAB_SWEEP_FIND_H

#include "engine/run.h"
#include "sweep/sweep.h"

#define FIND_CASES 8u    /* that are kept */
#define FIND_SECTORS 16u /* of the nearest one */

struct find_case {
    struct sweep_place place;
    const struct sweep_form *form;
    uint32_t draw;    /* of a random form */
    uint32_t sectors; /* that differ from the dump */
    uint32_t bytes;
};

struct find_sector {
    uint32_t address;
    uint32_t bytes;              /* that differ */
    char partition[EVENT_LABEL]; /* or "" */
};

struct sweep_find {
    const uint8_t *dump;
    size_t size;
    uint64_t compared; /* crash images */
    uint64_t equal;
    struct find_case match[FIND_CASES]; /* the first of them */
    struct find_case nearest;           /* if none is equal */
    struct find_sector differs[FIND_SECTORS];
};

/* Compare the dump with what a cut has left in the first device's flash. */
void find_compare(struct sweep_find *find, const struct world *world,
                  const struct board_map *map, const struct sweep_place *place,
                  const struct sweep_form *form, uint32_t draw);

/* The token of a case. At most TOKEN_MAX bytes. 0, or a negative enum
 * otalab_err with a line in diag. */
int find_token(const struct sweep *sweep, const struct find_case *found,
               char *out, size_t size, struct diag *diag);

#endif
