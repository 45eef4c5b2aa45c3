/* SPDX-License-Identifier: MIT */
#include "cli/jobs.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/core.h"
#include "cli/frame.h"
#include "base/interrupt.h"

#define READ_SIZE 65536u

struct bytes {
    uint8_t *data;
    size_t length;
    size_t room;
};

struct job {
    enum { JOB_WAITS, JOB_RUNS, JOB_FINISHED } state;
    pid_t pid;
    int fd;
    int core;            /* the CPU that it is bound to, see base/core.h */
    bool damaged;        /* what it sent was invalid */
    bool answered;       /* its outcome has arrived */
    struct bytes input;  /* bytes of an incomplete frame */
    struct bytes output; /* text for later */
    struct outcome outcome;
};

struct pool {
    const struct jobs *jobs;
    struct job *job;
    size_t next; /* the next case to begin */
    size_t head; /* the case whose text is printed now */
    unsigned running;
    bool relayed;
};

static int bytes_add(struct bytes *bytes, const void *data, size_t length)
{
    if (length > bytes->room - bytes->length) {
        size_t room = bytes->room * 2 + length;
        uint8_t *grown = realloc(bytes->data, room);

        if (grown == NULL) {
            return -1;
        }
        bytes->data = grown;
        bytes->room = room;
    }
    if (length > 0) {
        memcpy(bytes->data + bytes->length, data, length);
        bytes->length += length;
    }
    return 0;
}

static void bytes_free(struct bytes *bytes)
{
    free(bytes->data);
    *bytes = (struct bytes){0};
}

/* ---- in the worker ------------------------------------------------------ */

static int write_all(int fd, const void *data, size_t size)
{
    const uint8_t *at = data;

    while (size > 0) {
        ssize_t n = write(fd, at, size);

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return -1;
        }
        at += n;
        size -= (size_t)n;
    }
    return 0;
}

static int send_frame(int fd, enum frame_kind kind, const void *body,
                      size_t size)
{
    uint8_t head[FRAME_HEAD];

    return frame_head(head, kind, size) == 0 &&
                   write_all(fd, head, sizeof head) == 0
               ? write_all(fd, body, size)
               : -1;
}

static ssize_t send_text(void *cookie, const char *text, size_t size)
{
    const int *fd = cookie;
    size_t part = size < READ_SIZE ? size : READ_SIZE;

    return send_frame(*fd, FRAME_TEXT, text, part) == 0 ? (ssize_t)part : -1;
}

static int send_outcome(int fd, const struct outcome *outcome)
{
    uint8_t *body = NULL;
    size_t size = 0;

    if (outcome_encode(outcome, &body, &size) != 0) {
        return -1;
    }
    int err = send_frame(fd, FRAME_RESULT, body, size);
    free(body);
    return err;
}

__attribute__((noreturn)) static void worker(const struct jobs *jobs,
                                             size_t index, int fd, pid_t parent,
                                             int core)
{
    struct core held;
    struct outcome outcome = {.begun = true, .verdict = RUN_ERROR};
    cookie_io_functions_t functions = {.write = send_text};

    /* The parent may have died before prctl() took hold. */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent) {
        _exit(1);
    }
    core_hold(&held, core);
    interrupt_serve();
    FILE *out = fopencookie(&fd, "w", functions);
    /* line-buffered, so that a long run is reported in whole lines */
    if (out == NULL || setvbuf(out, NULL, _IOLBF, BUFSIZ) != 0) {
        _exit(1);
    }
    jobs->work(jobs->context, index, out, &outcome);
    int code = fclose(out) == 0 && send_outcome(fd, &outcome) == 0 ? 0 : 1;
    (void)fflush(stderr);
    _exit(code);
}

/* ---- beginning ---------------------------------------------------------- */

static void finish(struct pool *pool, struct job *job)
{
    job->state = JOB_FINISHED;
    pool->jobs->finished(pool->jobs->context, (size_t)(job - pool->job),
                         &job->outcome);
}

static bool core_taken(const struct pool *pool, int core)
{
    for (size_t i = 0; i < pool->next; i++) {
        if (pool->job[i].state == JOB_RUNS && pool->job[i].core == core) {
            return true;
        }
    }
    return false;
}

/* The lowest number that no running worker uses. */
static int free_core(const struct pool *pool)
{
    int core = 0;

    while (core_taken(pool, core)) {
        core++;
    }
    return core;
}

static int start(struct pool *pool, struct job *job)
{
    pid_t parent = getpid();
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) != 0) {
        return -1;
    }
    (void)fflush(NULL); /* otherwise it would be written twice */
    job->core = free_core(pool);
    job->pid = fork();
    if (job->pid == 0) {
        (void)close(ends[0]);
        worker(pool->jobs, (size_t)(job - pool->job), ends[1], parent,
               job->core);
    }
    (void)close(ends[1]);
    if (job->pid < 0) {
        (void)close(ends[0]);
        return -1;
    }
    job->fd = ends[0];
    job->state = JOB_RUNS;
    return 0;
}

static void begin(struct pool *pool)
{
    const struct jobs *jobs = pool->jobs;

    while (pool->next < jobs->count && pool->running < jobs->at_once &&
           !*jobs->stop) {
        struct job *job = &pool->job[pool->next];

        job->outcome = (struct outcome){.begun = true, .verdict = RUN_ERROR};
        if (start(pool, job) == 0) {
            jobs->begun(jobs->context, pool->next++);
            pool->running++;
            continue;
        }
        if (pool->running > 0) {
            return; /* there will be room when another has ended */
        }
        job->outcome.err =
            diag_fail(&job->outcome.error, OTALAB_ERR_SIMULATOR,
                      "%s: cannot start a worker process: %s",
                      jobs->name(jobs->context, pool->next), strerror(errno));
        pool->next++;
        finish(pool, job);
    }
}

/* ---- what comes back ---------------------------------------------------- */

static int take_frame(struct pool *pool, struct job *job,
                      const struct frame *frame)
{
    size_t index = (size_t)(job - pool->job);

    if (job->answered) {
        return -1; /* nothing may follow a result */
    }
    if (frame->kind == FRAME_RESULT) {
        job->answered = true;
        return outcome_decode(&job->outcome, frame->body, frame->length);
    }
    if (index != pool->head) {
        return bytes_add(&job->output, frame->body, frame->length);
    }
    pool->jobs->text(pool->jobs->context, index, (const char *)frame->body,
                     frame->length);
    return 0;
}

static int take_frames(struct pool *pool, struct job *job)
{
    struct frame frame;
    size_t at = 0;
    long length;

    while ((length = frame_next(job->input.data + at, job->input.length - at,
                                &frame)) > 0) {
        if (take_frame(pool, job, &frame) != 0) {
            return -1;
        }
        at += (size_t)length;
    }
    job->input.length -= at;
    memmove(job->input.data, job->input.data + at, job->input.length);
    return length < 0 ? -1 : 0;
}

static void describe_death(struct job *job, const char *name, int status)
{
    struct diag *diag = &job->outcome.error;

    if (job->damaged) {
        job->outcome.err =
            diag_fail(diag, OTALAB_ERR_SIMULATOR,
                      "%s: its worker process sent invalid data", name);
    } else if (WIFSIGNALED(status)) {
        job->outcome.err =
            diag_fail(diag, OTALAB_ERR_SIMULATOR,
                      "%s: its worker process was ended by signal %d (%s)",
                      name, WTERMSIG(status), strsignal(WTERMSIG(status)));
    } else {
        job->outcome.err = diag_fail(
            diag, OTALAB_ERR_SIMULATOR,
            "%s: its worker process ended with status %d and without a result",
            name, WEXITSTATUS(status));
    }
}

/* End of the pipe: the worker has ended or is about to. */
static void reap(struct pool *pool, struct job *job)
{
    int status = 0;

    (void)close(job->fd);
    if (job->damaged) {
        (void)kill(job->pid, SIGKILL);
    }
    while (waitpid(job->pid, &status, 0) < 0 && errno == EINTR) {
    }
    if (!job->answered || job->damaged || job->input.length > 0) {
        outcome_free(&job->outcome);
        job->outcome.begun = true;
        job->outcome.verdict = RUN_ERROR;
        describe_death(job,
                       pool->jobs->name(pool->jobs->context,
                                        (size_t)(job - pool->job)),
                       status);
    }
    bytes_free(&job->input);
    pool->running--;
    finish(pool, job);
}

static void take_input(struct pool *pool, struct job *job)
{
    uint8_t buffer[READ_SIZE];
    ssize_t n = read(job->fd, buffer, sizeof buffer);

    if (n < 0 && errno == EINTR) {
        return;
    }
    if (n > 0) {
        job->damaged = bytes_add(&job->input, buffer, (size_t)n) != 0 ||
                       take_frames(pool, job) != 0;
    }
    if (n <= 0 || job->damaged) {
        reap(pool, job);
    }
}

/* ---- telling, in order -------------------------------------------------- */

static void tell(struct pool *pool)
{
    const struct jobs *jobs = pool->jobs;

    while (pool->head < pool->next) {
        struct job *job = &pool->job[pool->head];

        if (job->output.length > 0) {
            jobs->text(jobs->context, pool->head,
                       (const char *)job->output.data, job->output.length);
        }
        bytes_free(&job->output);
        if (job->state != JOB_FINISHED) {
            return;
        }
        jobs->done(jobs->context, pool->head, &job->outcome);
        pool->head++;
    }
}

/* ---- the whole ---------------------------------------------------------- */

static void relay_stop(struct pool *pool)
{
    if (!*pool->jobs->stop || pool->relayed) {
        return;
    }
    pool->relayed = true;
    for (size_t i = 0; i < pool->next; i++) {
        if (pool->job[i].state == JOB_RUNS) {
            (void)kill(pool->job[i].pid, SIGINT);
        }
    }
}

static void wait_input(struct pool *pool)
{
    struct pollfd ready[JOBS_MAX + 1];
    struct job *jobs[JOBS_MAX + 1];
    nfds_t count = 0;

    for (size_t i = pool->head; i < pool->next && count < JOBS_MAX; i++) {
        if (pool->job[i].state == JOB_RUNS) {
            jobs[count] = &pool->job[i];
            ready[count++] =
                (struct pollfd){.fd = pool->job[i].fd, .events = POLLIN};
        }
    }
    nfds_t workers = count;

    ready[count++] =
        (struct pollfd){.fd = pool->jobs->stop_fd, .events = POLLIN};
    if (poll(ready, count, pool->jobs->tick_ms) < 0) {
        return; /* a signal */
    }
    if (ready[workers].revents != 0) {
        uint64_t rings;

        (void)!read(pool->jobs->stop_fd, &rings, sizeof rings);
    }
    for (nfds_t i = 0; i < workers; i++) {
        if (ready[i].revents != 0) {
            take_input(pool, jobs[i]);
        }
    }
}

static int run_here(const struct jobs *jobs)
{
    for (size_t i = 0; i < jobs->count && !*jobs->stop; i++) {
        struct outcome outcome = {.begun = true, .verdict = RUN_ERROR};

        jobs->begun(jobs->context, i);
        jobs->work(jobs->context, i, stdout, &outcome);
        jobs->finished(jobs->context, i, &outcome);
        jobs->done(jobs->context, i, &outcome);
    }
    return 0;
}

int jobs_run(const struct jobs *jobs, struct diag *diag)
{
    struct pool pool = {.jobs = jobs};

    if (jobs->at_once == 0) {
        return run_here(jobs);
    }
    pool.job = calloc(jobs->count + 1, sizeof *pool.job);
    if (pool.job == NULL) {
        return diag_fail(diag, OTALAB_ERR_SIMULATOR, "out of memory");
    }
    for (;;) {
        begin(&pool);
        tell(&pool);
        if (pool.running == 0 && (pool.next == jobs->count || *jobs->stop)) {
            break;
        }
        relay_stop(&pool);
        wait_input(&pool);
        jobs->tick(jobs->context);
    }
    free(pool.job);
    return 0;
}

unsigned jobs_processors(void)
{
    cpu_set_t set;
    int count = 1;

    if (sched_getaffinity(0, sizeof set, &set) == 0) {
        count = CPU_COUNT(&set);
    }
    return count < 1                    ? 1
           : (unsigned)count > JOBS_MAX ? JOBS_MAX
                                        : (unsigned)count;
}
