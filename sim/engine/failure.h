/* SPDX-License-Identifier: MIT */
/* What is reported about a run: its verdict, and the reasons why it failed. */
#ifndef OTALAB_ENGINE_FAILURE_H
#define OTALAB_ENGINE_FAILURE_H

#include <stdint.h>

#include "scenario/mistakes.h"

enum run_verdict {
    RUN_PASSED,
    RUN_FAILED,     /* an expectation, the oracle, a fault that never came */
    RUN_LIMIT,      /* virtual time, resets */
    RUN_ERROR,      /* the simulator itself */
    RUN_INTERRUPTED /* by the user: not judged */
};

#define RUN_FAILURES 8u

/* One reason why a run failed. */
struct run_failure {
    struct place place; /* line 0: the oracle */
    char expected[200];
    char seen[240];
    char near[400];    /* the event that came closest; may be "" */
    char because[240]; /* what explains it; may be "" */
    uint64_t sequence; /* first wrong event, 0 = none */
};

#endif
