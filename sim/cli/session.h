/* SPDX-License-Identifier: MIT */
/*
 * What all runs of one command line have in common, and one such run: read the
 * scenario, run it, print it, keep its evidence, repeat it as often as asked.
 * May be called in a worker process: the only effects are files, the text and
 * the outcome.
 */
#ifndef OTALAB_CLI_SESSION_H
#define OTALAB_CLI_SESSION_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/paths.h"
#include "cli/dump.h"
#include "report/plan.h"

struct session {
    struct locations where;
    const volatile sig_atomic_t *interrupted;
    bool has_seed;
    uint64_t seed;   /* in place of the scenario's */
    const char *way; /* see scenario/way.h, or NULL */
    unsigned faults;
    const char *const *fault;
    uint64_t repeat;
    bool keep_all; /* evidence of passing runs too */
    bool story;
    bool result; /* print it as text */
    bool color;
    bool verbose;
    bool apart; /* print an empty line before a story */
    bool hard_cuts;
    bool verify;             /* read the recording back */
    bool live_anywhere;      /* a real server may be on another host */
    const char *pcap;        /* where the packets go, or NULL */
    const struct dump *dump; /* with which the run begins, or NULL */
    int gdb_port;
    void (*progress)(void *context, uint64_t now_ns); /* as in run.h */
    void *progress_context;
    const char *firmware; /* as given, or NULL */
    const char *qemu;
};

/* Errors are returned in the outcome, not printed. */
void session_run(const struct session *session, const struct plan_item *item,
                 FILE *out, struct outcome *outcome);

#endif
