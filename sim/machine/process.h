/* SPDX-License-Identifier: MIT */
/*
 * A child process that cannot outlive its parent and inherits only seven open
 * files. It has its own process group, so that Ctrl-C in the terminal reaches
 * only the parent. The caller owns the structure; the thread that starts a
 * child must live as long as the child should.
 */
#ifndef OTALAB_MACHINE_PROCESS_H
#define OTALAB_MACHINE_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define PROCESS_FDS 7u

struct process {
    pid_t pid;  /* 0 = none */
    int status; /* from waitpid(), once it has ended */
};

/* Run argv[0] (a path) with fds[i] as its descriptor i; negative means
 * /dev/null. 0, or -1 with errno. If exec fails, the child ends with status
 * 127. */
int process_start(struct process *process, char *const argv[],
                  const int fds[PROCESS_FDS]);
/* Whether it has ended or was never started; never blocks. */
bool process_ended(struct process *process);
/* Wait at most this long for its end. True if it has ended. */
bool process_wait(struct process *process, int timeout_ms);
/* Wait for its end, which must be certain to come. */
void process_reap(struct process *process);
/* Kill it, whatever it does, and wait until it is gone. */
void process_kill(struct process *process);
/* CPU time of all its threads in ns, 0 if unknown. */
uint64_t process_cpu_ns(const struct process *process);
/* Whether all its threads sleep and wait for an event: none runs, waits for a
 * processor or a disk, or is stopped. */
bool process_sleeps(const struct process *process);
/* The same for its first thread alone. */
bool process_main_sleeps(const struct process *process);
/* "ended with status 1", "was ended by signal 9 (Killed)". */
void process_describe(const struct process *process, char *text, size_t size);

#endif
