/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "machine/hold.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <linux/sockios.h>

#include "shim/turn.h"

/* Looks at a QEMU that should answer, a millisecond apart, until it is given
 * up. */
#define PATIENCE 30000u

static const char prompt[] = "(qemu) ";

static int fail(const char *what, struct diag *diag)
{
    return diag_fail(diag, OTALAB_ERR_SIMULATOR,
                     "the machine cannot be held: %s", what);
}

/* ---- the two connections ------------------------------------------------- */

static bool make_pair(int *ours, int *childs)
{
    int pair[2];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
        return false;
    }
    *ours = pair[0];
    *childs = pair[1];
    return true;
}

int hold_open(struct hold *hold, bool debugs, struct diag *diag)
{
    *hold = (struct hold){.open = true,
                          .debugs = debugs,
                          .monitor = -1,
                          .debugger = -1,
                          .child_monitor = -1,
                          .child_debugger = -1,
                          .asked = 1};
    if (!make_pair(&hold->monitor, &hold->child_monitor) ||
        (debugs && !make_pair(&hold->debugger, &hold->child_debugger))) {
        int err = fail(strerror(errno), diag);

        hold_close(hold);
        return err;
    }
    return 0;
}

static void close_one(int *fd)
{
    if (*fd >= 0) {
        (void)close(*fd);
    }
    *fd = -1;
}

void hold_given(struct hold *hold)
{
    if (hold->open) {
        close_one(&hold->child_monitor);
        close_one(&hold->child_debugger);
    }
}

void hold_close(struct hold *hold)
{
    if (hold->open) {
        hold_given(hold);
        close_one(&hold->monitor);
        close_one(&hold->debugger);
    }
    hold->open = false;
}

static int send_text(int fd, const char *text, struct diag *diag)
{
    ssize_t length = (ssize_t)strlen(text);

    return send(fd, text, (size_t)length, MSG_NOSIGNAL) == length
               ? 0
               : fail(strerror(errno), diag);
}

/* ---- waiting ------------------------------------------------------------- */

/* 1: there is something to read; 0: not within a millisecond. */
static int readable(int fd, struct process *process, struct diag *diag)
{
    struct pollfd ready = {.fd = fd, .events = POLLIN};

    if (poll(&ready, 1, 1) > 0 && (ready.revents & POLLIN) != 0) {
        return 1;
    }
    return process_ended(process) ? fail("QEMU has ended", diag) : 0;
}

static void count_prompts(struct hold *hold, const char *text, ssize_t length)
{
    for (ssize_t i = 0; i < length; i++) {
        hold->matched = text[i] == prompt[hold->matched] ? hold->matched + 1
                        : text[i] == prompt[0]           ? 1
                                                         : 0;
        if (hold->matched == sizeof prompt - 1) {
            hold->answered++;
            hold->matched = 0;
        }
    }
}

/* Each command ends with a prompt. 1 when all have. */
static int all_answered(struct hold *hold, struct process *process,
                        struct diag *diag)
{
    char text[256];

    if (hold->answered == hold->asked) {
        return 1;
    }
    int err = readable(hold->monitor, process, diag);

    if (err > 0) {
        ssize_t got = recv(hold->monitor, text, sizeof text, 0);

        count_prompts(hold, text, got);
        err = got > 0 ? hold->answered == hold->asked
                      : fail("its monitor is closed", diag);
    }
    return err;
}

static int await_answer(struct hold *hold, struct process *process,
                        struct diag *diag)
{
    int there = 0;

    for (unsigned i = 0; i < PATIENCE && there == 0; i++) {
        there = all_answered(hold, process, diag);
    }
    if (there == 0) {
        return fail("its monitor does not answer", diag);
    }
    return there < 0 ? there : 0;
}

static int ask(struct hold *hold, const char *line, struct process *process,
               struct diag *diag)
{
    int err = await_answer(hold, process, diag);

    err = err ? err : send_text(hold->monitor, line, diag);
    hold->asked++;
    return err;
}

int hold_single(struct hold *hold, bool single, struct process *process,
                struct diag *diag)
{
    int err = ask(hold, single ? "singlestep on\n" : "singlestep off\n",
                  process, diag);

    return err ? err : await_answer(hold, process, diag);
}

/* The main thread has taken the command. It carries it out at once, and sleeps
 * again only to wait for the CPU. */
static int await_stopping(struct hold *hold, struct process *process,
                          struct diag *diag)
{
    static const struct timespec pause = {.tv_nsec = 100000};
    int left = 1;

    for (unsigned i = 0; i < 10 * PATIENCE; i++) {
        if (ioctl(hold->monitor, SIOCOUTQ, &left) == 0 && left == 0 &&
            process_main_sleeps(process)) {
            return 0;
        }
        if (process_ended(process)) {
            return fail("QEMU has ended", diag);
        }
        (void)nanosleep(&pause, NULL);
    }
    return fail("QEMU does not stop", diag);
}

/* ---- the debugger's connection ------------------------------------------- */

/* 1: a packet is in the reader. */
static int read_packet(struct hold *hold, struct process *process,
                       struct diag *diag)
{
    int err = readable(hold->debugger, process, diag);
    char byte;

    if (err <= 0) {
        return err;
    }
    while (recv(hold->debugger, &byte, 1, MSG_DONTWAIT) == 1) {
        switch (rsp_take(&hold->reader, byte)) {
        case RSP_WHOLE:
            err = send_text(hold->debugger, "+", diag);
            return err ? err : 1;
        case RSP_BROKEN:
            return fail("its debugger's answer is damaged", diag);
        default:
            break;
        }
    }
    return 0;
}

static int send_packet(struct hold *hold, const char *payload,
                       struct diag *diag)
{
    char text[64];

    return rsp_frame(payload, text, sizeof text) > 0
               ? send_text(hold->debugger, text, diag)
               : fail("a packet is too long", diag);
}

static int await_packet(struct hold *hold, struct process *process,
                        struct diag *diag)
{
    int there = 0;

    for (unsigned i = 0; i < PATIENCE && there == 0; i++) {
        there = read_packet(hold, process, diag);
    }
    if (there == 0) {
        return fail("its debugger does not answer", diag);
    }
    return there < 0 ? there : 0;
}

/* QEMU reports each stop to a debugger; when the monitor has answered, the
 * report is there. */
static int take_report(struct hold *hold, struct process *process,
                       struct diag *diag)
{
    int err = await_packet(hold, process, diag);

    if (err == 0 && hold->reader.text[0] != 'T') {
        err = fail("its debugger does not report the stop", diag);
    }
    return err;
}

/* A step takes interrupts. Timers wait until it runs on: otherwise the CPU,
 * idle after each step, would let QEMU's clock jump to the next of them. */
static int settle(struct hold *hold, struct process *process, struct diag *diag)
{
    int err = send_packet(hold, "Qqemu.sstep=5", diag);

    err = err ? err : await_packet(hold, process, diag);
    if (err == 0 && strcmp(hold->reader.text, "OK") != 0) {
        err = fail("it cannot be stepped with interrupts", diag);
    }
    return err;
}

/* ---- stop, step, run ----------------------------------------------------- */

static int await_stop(struct hold *hold, struct process *process,
                      struct channel *channel, struct diag *diag)
{
    int there = 0;

    for (unsigned i = 0; i < PATIENCE && there == 0; i++) {
        there = all_answered(hold, process, diag);
        if (there == 0 && turn_is(channel, CHANNEL_HOST)) {
            return fail("it has run to its next command", diag);
        }
    }
    if (there == 0) {
        return fail("QEMU does not stop", diag);
    }
    return there < 0 ? there : 0;
}

int hold_stop(struct hold *hold, struct process *process,
              struct channel *channel, struct diag *diag)
{
    uint64_t blocks = atomic_load(&channel->blocks);
    int err = ask(hold, "stop\n", process, diag);

    err = err ? err : await_stopping(hold, process, diag);
    if (err == 0 && turn_is(channel, CHANNEL_HOST)) {
        turn_give(channel, CHANNEL_GUEST);
    }
    err = err ? err : await_stop(hold, process, channel, diag);
    if (err == 0 && atomic_load(&channel->blocks) != blocks) {
        err = fail("it has run on", diag);
    }
    if (err == 0 && hold->debugs) {
        err = take_report(hold, process, diag);
        err = err ? err : settle(hold, process, diag);
    }
    return err;
}

int hold_resume(struct hold *hold, struct process *process, struct diag *diag)
{
    int err = ask(hold, "cont\n", process, diag);

    return err ? err : await_answer(hold, process, diag);
}

static int await_step(struct hold *hold, struct process *process,
                      struct channel *channel, enum hold_step *how,
                      struct diag *diag)
{
    for (unsigned i = 0; i < PATIENCE; i++) {
        int there = read_packet(hold, process, diag);

        if (there != 0) {
            *how = HOLD_STEPPED;
            return there < 0                     ? there
                   : hold->reader.text[0] == 'T' ? 0
                                                 : fail("no step", diag);
        }
        if (turn_is(channel, CHANNEL_HOST)) {
            *how = HOLD_TURN;
            return 0;
        }
    }
    return fail("a step does not end: the CPU sleeps", diag);
}

int hold_step(struct hold *hold, struct process *process,
              struct channel *channel, enum hold_step *how, struct diag *diag)
{
    int err = send_packet(hold, "s", diag);

    return err ? err : await_step(hold, process, channel, how, diag);
}

int hold_finish(struct hold *hold, struct process *process,
                struct channel *channel, enum hold_step *how, struct diag *diag)
{
    turn_give(channel, CHANNEL_GUEST);
    return await_step(hold, process, channel, how, diag);
}

int hold_registers(struct hold *hold, struct process *process,
                   struct rsp_registers *out, struct diag *diag)
{
    int err = send_packet(hold, "g", diag);

    err = err ? err : await_packet(hold, process, diag);
    if (err == 0 && rsp_read_registers(hold->reader.text, out) != 0) {
        err = fail("its registers cannot be read", diag);
    }
    return err;
}
