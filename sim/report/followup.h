/* SPDX-License-Identifier: MIT */
/*
 * The commands to continue with after a run, in shell syntax: replay it, watch
 * it in the dashboard, debug it. The texts are malloc'ed; followup_free() frees
 * them. A run that began with a dump cannot be watched (`watch` is NULL), and is
 * replayed by `otalab run`.
 */
#ifndef OTALAB_REPORT_FOLLOWUP_H
#define OTALAB_REPORT_FOLLOWUP_H

#include <stdbool.h>

#include "engine/run.h"

/* How the run was requested: what the commands must repeat. NULL = not
 * given. */
struct report_how {
    bool by_file;       /* replay cannot find the scenario by its name */
    const char *folder; /* the evidence folder, which then has the scenario */
    const char *flash;  /* the dump with which it began */
    const char *fuses;
    const char *firmware;
    const char *qemu;
    uint64_t at; /* the event to look at; 0: none in particular */
};

struct followup {
    char *token;
    char *replay;
    char *watch;
    char *debug;
};

/* 0, or -1 if out of memory (then there is nothing to free). */
int followup_make(struct followup *followup, const struct scenario *scenario,
                  const struct token *token, const struct report_how *how);
void followup_free(struct followup *followup);

#endif
