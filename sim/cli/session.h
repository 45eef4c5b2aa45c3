/* SPDX-License-Identifier: MIT */
/*
 * What all runs of one command line have in common, and one run of it: read
 * the scenario, run it, tell it, keep its evidence, run it again as often as
 * was asked. May be called in a worker process: nothing is left behind but
 * files, the text and the outcome.
 */
#ifndef OTALAB_CLI_SESSION_H
#define OTALAB_CLI_SESSION_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/paths.h"
#include "report/plan.h"

struct session {
    struct locations where;
    const volatile sig_atomic_t *interrupted;
    bool has_seed;
    uint64_t seed; /* in place of the scenario's */
    unsigned faults;
    const char *const *fault;
    uint64_t repeat;
    bool keep_all; /* evidence of good runs too */
    bool story;
    bool result; /* told as text */
    bool color;
    bool verbose;
    bool apart; /* an empty line before a story */
    bool hard_cuts;
    bool verify; /* read the recording back */
    int gdb_port;
    void (*progress)(void *context, uint64_t now_ns); /* as for a run */
    void *progress_context;
    const char *firmware; /* as given, or NULL */
    const char *qemu;
};

/* Errors are left in the outcome, not printed. */
void session_run(const struct session *session, const struct plan_item *item,
                 FILE *out, struct outcome *outcome);

#endif
