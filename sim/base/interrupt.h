/* SPDX-License-Identifier: MIT */
/*
 * Ctrl-C, and the SIGTERM of a CI system or timeout(1): the first one asks the
 * run to stop after its current turn, so that its evidence is kept and reports
 * are written; the second one ends the program as usual, and the machine with
 * it. The flag belongs to the process; runs are given a pointer.
 */
#ifndef OTALAB_BASE_INTERRUPT_H
#define OTALAB_BASE_INTERRUPT_H

#include <signal.h>

/* Begin to watch, unless the signal is ignored (as by nohup). The flag is
 * set by the first signal. */
const volatile sig_atomic_t *interrupt_watch(void);
/* Can be read from when the first signal came, for poll(); -1: never. */
int interrupt_fd(void);
/* The exit code of an interrupted program: 130 for Ctrl-C, 143 for SIGTERM. */
int interrupt_exit(void);
/* In a worker process: its parent passes the first one on, a terminal sends
 * it too; both only set the flag. The second one ends the parent, and that
 * the worker. */
void interrupt_serve(void);

#endif
