/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "machine/process.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define FD_ABOVE 64 /* descriptors are moved to here while they are sorted */
#define EXEC_FAILED 127
#define NS_PER_S UINT64_C(1000000000)

/* Put fds[i] at i and close everything else. Runs in the child. */
static int child_files(const int fds[PROCESS_FDS])
{
    int parked[PROCESS_FDS];
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    for (unsigned i = 0; i < PROCESS_FDS; i++) {
        parked[i] = fcntl(fds[i] < 0 ? null : fds[i], F_DUPFD, FD_ABOVE);
        if (parked[i] < 0) {
            return -1;
        }
    }
    for (unsigned i = 0; i < PROCESS_FDS; i++) {
        if (dup2(parked[i], (int)i) < 0) {
            return -1;
        }
    }
    return close_range(PROCESS_FDS, ~0u, 0);
}

/* Between fork and exec: only what is safe in a signal handler. */
__attribute__((noreturn)) static void child_run(char *const argv[],
                                                const int fds[PROCESS_FDS],
                                                pid_t parent)
{
    static const char failed[] = "cannot be run\n";
    sigset_t none;

    sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    (void)signal(SIGPIPE, SIG_DFL);
    /* The parent may have died before prctl() took hold. */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == parent &&
        setpgid(0, 0) == 0 && child_files(fds) == 0) {
        (void)execv(argv[0], argv);
        (void)!write(STDERR_FILENO, failed, sizeof(failed) - 1);
    }
    _exit(EXEC_FAILED);
}

int process_start(struct process *process, char *const argv[],
                  const int fds[PROCESS_FDS])
{
    pid_t parent = getpid();
    pid_t pid = fork();

    process->pid = 0;
    process->status = 0;
    if (pid < 0) {
        return -1;
    }
    if (pid == 0) {
        child_run(argv, fds, parent);
    }
    process->pid = pid;
    return 0;
}

bool process_ended(struct process *process)
{
    pid_t pid;

    if (process->pid == 0) {
        return true;
    }
    do {
        pid = waitpid(process->pid, &process->status, WNOHANG);
    } while (pid < 0 && errno == EINTR);
    if (pid == 0) {
        return false;
    }
    process->pid = 0;
    return true;
}

bool process_wait(struct process *process, int timeout_ms)
{
    struct pollfd ready = {.events = POLLIN};

    if (process_ended(process)) {
        return true;
    }
    ready.fd = (int)syscall(SYS_pidfd_open, process->pid, 0);
    if (ready.fd >= 0) {
        (void)poll(&ready, 1, timeout_ms);
        (void)close(ready.fd);
    }
    return process_ended(process);
}

void process_reap(struct process *process)
{
    if (process->pid == 0) {
        return;
    }
    while (waitpid(process->pid, &process->status, 0) < 0 && errno == EINTR) {
    }
    process->pid = 0;
}

void process_kill(struct process *process)
{
    if (process->pid != 0) {
        (void)kill(process->pid, SIGKILL);
        process_reap(process);
    }
}

uint64_t process_cpu_ns(const struct process *process)
{
    clockid_t clock;
    struct timespec used;

    if (process->pid == 0 || clock_getcpuclockid(process->pid, &clock) != 0 ||
        clock_gettime(clock, &used) != 0) {
        return 0;
    }
    return (uint64_t)used.tv_sec * NS_PER_S + (uint64_t)used.tv_nsec;
}

/* The state letter of one thread: "pid (name) S ...". The name may contain
 * anything, but ends at the last parenthesis. */
static char thread_state(const char *path)
{
    char text[512];
    const char *mark;
    ssize_t got;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0) {
        return '?';
    }
    got = read(fd, text, sizeof(text) - 1);
    (void)close(fd);
    text[got > 0 ? got : 0] = '\0';
    mark = strrchr(text, ')');
    return mark != NULL && mark[1] == ' ' ? mark[2] : '?';
}

bool process_sleeps(const struct process *process)
{
    char path[64];
    char file[400];
    const struct dirent *entry;
    bool sleeps = true;
    DIR *threads;

    (void)snprintf(path, sizeof(path), "/proc/%d/task", (int)process->pid);
    threads = opendir(path);
    if (threads == NULL) {
        return false;
    }
    while (sleeps && (entry = readdir(threads)) != NULL) {
        if (entry->d_name[0] != '.') {
            (void)snprintf(file, sizeof(file), "%s/%s/stat", path,
                           entry->d_name);
            sleeps = thread_state(file) == 'S';
        }
    }
    (void)closedir(threads);
    return sleeps;
}

bool process_main_sleeps(const struct process *process)
{
    char file[64];

    (void)snprintf(file, sizeof(file), "/proc/%d/task/%d/stat",
                   (int)process->pid, (int)process->pid);
    return thread_state(file) == 'S';
}

void process_describe(const struct process *process, char *text, size_t size)
{
    if (WIFSIGNALED(process->status)) {
        int number = WTERMSIG(process->status);
        (void)snprintf(text, size, "was ended by signal %d (%s)", number,
                       strsignal(number));
    } else {
        (void)snprintf(text, size, "ended with status %d",
                       WEXITSTATUS(process->status));
    }
}
