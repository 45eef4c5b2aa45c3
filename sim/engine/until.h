/* SPDX-License-Identifier: MIT */
/* How far a run goes, at least: it stops between two steps of its loop. */
#ifndef OTALAB_ENGINE_UNTIL_H
#define OTALAB_ENGINE_UNTIL_H

#include <stdint.h>

#include "scenario/scenario.h"

enum run_stop {
    UNTIL_END = 0, /* nothing is left to happen */
    UNTIL_EVENT,   /* the event with that number was told */
    UNTIL_TIME,    /* the world has reached that time */
    UNTIL_MATCH,   /* an event that matches was told; `nth` is ignored */
    UNTIL_RESET,   /* a device was cut or reset and has not run since */
    UNTIL_CHANGE,  /* more lasting changes than that, or RESET */
    UNTIL_TURN     /* this many turns were taken, and that phase was reached */
};

struct run_until {
    enum run_stop what;
    uint64_t sequence; /* EVENT */
    uint64_t time_ns;  /* TIME */
    struct pattern pattern;
    uint64_t changes; /* CHANGE */
    uint64_t turns;   /* TURN */
    uint32_t phase;   /* enum world_phase */
};

#endif
