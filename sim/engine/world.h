/* SPDX-License-Identifier: MIT */
/*
 * The world as a value: everything that decides what happens next, in one
 * flat structure without pointers or descriptors. Cloned by assignment,
 * compared by world_hash(). The machine, the recording and the constant case
 * stand outside it.
 */
#ifndef OTALAB_ENGINE_WORLD_H
#define OTALAB_ENGINE_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "device/controller.h"
#include "oracle/oracle.h"
#include "record/event.h"
#include "scenario/scenario.h"

/* How far one step of the scenario is. */
struct world_step {
    uint32_t matched; /* how often its event was seen */
    bool fired;
};

/* How far one expectation is. */
struct world_expect {
    uint64_t count; /* events that matched */
    bool met;
    bool broken;
    uint64_t sequence; /* of the event that decided it */
};

/* A cut or reset from outside that waits for its time. */
struct world_strike {
    bool armed;
    bool power; /* power cut, else a reset that keeps power */
    uint64_t at_ns;
    struct board_cut cut; /* cause also for a reset */
    uint32_t step;
};

/* What is counted for at_end. */
struct world_counts {
    uint32_t boots;
    uint32_t cuts_asked;
    uint32_t cuts_done;
    uint32_t violations;
};

struct world {
    struct board board;
    struct oracle oracle;
    struct world_counts counts;
    struct world_strike strike;
    struct world_step step[SCENARIO_STEPS];
    struct world_expect expect[SCENARIO_EXPECTS];
    uint64_t sequence; /* of the last event */
    bool alive; /* the image entered since the last reset does its work */
    bool over;
};

/* 256-bit hash of the whole value; equal worlds have equal futures. */
void world_hash(const struct world *world, uint8_t digest[32]);

#endif
