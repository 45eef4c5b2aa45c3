/* SPDX-License-Identifier: MIT */
/*
 * One clear error line. Functions that can fail on outside input take a `struct
 * diag *`, return a negative enum otalab_err and leave one line in it: the
 * place, what is wrong, the remedy. The caller owns it; main prints it.
 */
#ifndef OTALAB_BASE_DIAG_H
#define OTALAB_BASE_DIAG_H

/* The values are also the process's exit codes, negated. */
enum otalab_err {
    OTALAB_OK = 0,
    OTALAB_ERR_FAILED = -1,    /* an expectation failed */
    OTALAB_ERR_USAGE = -2,     /* usage, scenario or input error */
    OTALAB_ERR_SIMULATOR = -3, /* the simulator itself failed */
    OTALAB_ERR_LIMIT = -4,     /* time limit, virtual or in blocks */
    OTALAB_ERR_EMPTY = -5,     /* nothing selected */
    OTALAB_ERR_REPLAY = -6     /* a replay differed */
};

struct diag {
    char text[600];
};

/* Set the line (the first one wins, control characters become '?') and return
 * `err`, so that callers can write `return diag_fail(diag, OTALAB_ERR_USAGE,
 * "...", ...)`. */
int diag_fail(struct diag *diag, int err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
