/* SPDX-License-Identifier: MIT */
/*
 * The dashboard: on a terminal, or driven by a script without one. Both go
 * through the same acts and views. The caller owns the options.
 */
#ifndef OTALAB_TUI_TUI_H
#define OTALAB_TUI_TUI_H

#include <stdbool.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/paths.h"
#include "sweep/result.h"

struct tui_options {
    const struct locations *where;
    const char *scenario; /* file; NULL: only the folder is known */
    const char *folder;   /* of a recording; NULL: run the scenario */
    const char *token;    /* of the recording, or NULL */
    const struct sweep_result *sweep; /* show its strip; NULL */
    bool has_seed;
    uint64_t seed;
    unsigned faults;
    const char *const *fault;
    const char *at;    /* where to begin: as `goto` takes it; NULL */
    const char *theme; /* NULL: the usual one */
    bool ascii;        /* else as the locale says */
    bool no_mouse;
    const char *script; /* NULL: on the terminal */
    const char *cast;   /* asciicast of a script's screens; NULL: none */
};

/* Until the user leaves. 0, or a negative enum otalab_err with a line;
 * OTALAB_ERR_FAILED when a script expected something else. */
int tui_run(const struct tui_options *options, struct diag *diag);

#endif
