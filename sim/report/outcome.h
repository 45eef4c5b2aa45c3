/* SPDX-License-Identifier: MIT */
/*
 * What became of one scenario of a command line: the part of a run's result
 * from which reports are made. It owns its texts (outcome_free()) and, unlike
 * the result, can be sent from a worker process to the reporting process:
 * encoded as numbers and texts, and checked when it is read.
 */
#ifndef OTALAB_REPORT_OUTCOME_H
#define OTALAB_REPORT_OUTCOME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/diag.h"
#include "engine/run.h"

/* What one device has cost. */
struct outcome_cost {
    struct account account;
    struct bill bill;
    uint64_t received; /* bytes, for downloads that were verified .. */
    uint64_t needed;   /* .. and what these needed */
    uint64_t programs;
    uint64_t erases;
    uint64_t worst_sector;
    uint64_t datagrams[LINK_DIRECTIONS];
    uint64_t payload[LINK_DIRECTIONS]; /* bytes */
    uint64_t air[LINK_DIRECTIONS];     /* with headers, on the air */
};
#define OUTCOME_COST_NUMBERS (sizeof(struct outcome_cost) / sizeof(uint64_t))

struct outcome {
    bool begun;
    int err; /* 0, or negative enum otalab_err, explained in `error` */
    struct diag error;
    int kept_err; /* the same for keeping the evidence */
    struct diag kept_error;
    enum run_verdict verdict; /* RUN_ERROR if there is none */
    uint64_t time_ns;
    uint64_t events;
    uint32_t boots;
    uint32_t rollbacks;
    uint32_t cuts_asked;
    uint32_t cuts_done;
    uint32_t failures;
    struct run_failure failure[RUN_FAILURES];
    uint32_t more_failures;
    uint32_t devices;
    struct outcome_cost cost[SCENARIO_DEVICES];
    /* malloc'ed, NULL = none */
    char *evidence; /* folder */
    char *token;
    char *replay; /* commands to continue with */
    char *watch;
    char *debug;
};

/* Distinct in every report, each with its own total. */
enum outcome_class {
    OUTCOME_PASSED,
    OUTCOME_FAILED,  /* an expectation, the oracle */
    OUTCOME_LIMIT,   /* time limit */
    OUTCOME_ERROR,   /* usage, scenario, simulator, replay; a passing run whose
                      * evidence was asked for and cannot be kept */
    OUTCOME_STOPPED, /* Ctrl-C: not judged */
    OUTCOME_NOT_RUN,
    OUTCOME_CLASSES
};

enum outcome_class outcome_class(const struct outcome *outcome);
/* "passed", "failed", "time limit", "error", "interrupted", "not run" */
const char *outcome_word(enum outcome_class class);

void outcome_cost(struct outcome_cost *cost, const struct run_device *device);
/* Copy everything except texts and errors. */
void outcome_take(struct outcome *outcome, const struct run_result *result);
void outcome_free(struct outcome *outcome);

/* Encode; *out is malloc'ed. 0, or -1 if out of memory. */
int outcome_encode(const struct outcome *outcome, uint8_t **out, size_t *size);
/* Decode. 0, or -1 (and nothing to free) if the bytes are not an outcome. */
int outcome_decode(struct outcome *outcome, const uint8_t *bytes, size_t size);

#endif
