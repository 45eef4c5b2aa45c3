/* SPDX-License-Identifier: MIT */
/*
 * Ctrl-C, and the SIGTERM of a CI system or timeout(1): the first signal asks
 * the run to stop after its current turn, so that its evidence is kept and
 * reports are written. The second ends the program as usual, and the machine
 * with it. The flag belongs to the process; runs are given a pointer to it.
 */
#ifndef OTALAB_BASE_INTERRUPT_H
#define OTALAB_BASE_INTERRUPT_H

#include <signal.h>

/* Begin to watch, unless the signal is ignored (as by nohup). Returns the flag
 * that the first signal sets. */
const volatile sig_atomic_t *interrupt_watch(void);
/* A descriptor for poll() that becomes readable at the first signal; -1 if
 * there is none. */
int interrupt_fd(void);
/* The exit code of an interrupted program: 130 for Ctrl-C, 143 for SIGTERM. */
int interrupt_exit(void);
/* For worker processes. The parent passes the first signal on, and a terminal
 * sends it too; both only set the flag. The second signal ends the parent,
 * which ends the worker. */
void interrupt_serve(void);

#endif
