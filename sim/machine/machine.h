/* SPDX-License-Identifier: MIT */
/*
 * One QEMU process: started, handed its turns, reset in place, replaced, ended.
 * Owns the window, the channel, the child and its captured stderr. All shared
 * memory is in memfds, and the child dies with its parent, so nothing is left
 * behind after any exit.
 */
#ifndef OTALAB_MACHINE_MACHINE_H
#define OTALAB_MACHINE_MACHINE_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/diag.h"
#include "board/registers.h"
#include "machine/rsp.h"
#include "shim/channel.h"

struct machine;

struct machine_options {
    const char *qemu;   /* program, NULL = qemu-system-arm or $OTALAB_QEMU */
    const char *plugin; /* the shim's shared object */
    const uint8_t *rom; /* contents of the ROM; copied */
    uint32_t rom_size;  /* in bytes, at most BOARD_ROM_SIZE; the rest is 0 */
    bool checking;      /* report translated code */
    int gdb_port;       /* 0 = none; -gdb tcp:127.0.0.1:port, CPU stopped */
    bool holds;         /* machine_hold() is possible; a port is opened then,
                           but the CPU runs */
    /* When this becomes non-zero, stop waiting for the guest. Or NULL. */
    const volatile sig_atomic_t *interrupted;
    /* Called now and then while waiting for the guest. Or NULL. */
    void (*waits)(void *context);
    void *waits_context;
};

/* Why machine_wait() returned. */
enum machine_event {
    MACHINE_RING,    /* a command waits in the page */
    MACHINE_LIMIT,   /* the instruction limit was reached */
    MACHINE_CODE,    /* translated code must be checked */
    MACHINE_STALE,   /* a stale block was entered */
    MACHINE_LOCKUP,  /* the core locked up; the process is gone */
    MACHINE_ASLEEP,  /* WFI with no timer armed: nothing will ever happen */
    MACHINE_STOPPED, /* interrupted while running or held by a debugger, or
                        ended by the debugger */
    MACHINE_DEAD     /* QEMU ended or makes no progress: a simulator error */
};

/* Allocate, create the shared memory, start QEMU; the CPU waits at its first
 * hand-over. 0, or a negative enum otalab_err with a line in diag; then *out is
 * NULL. */
int machine_start(struct machine **out, const struct machine_options *options,
                  struct diag *diag);
/* Let the guest run until something needs the host. The channel's counters are
 * exact when this returns. MACHINE_DEAD comes with an error and evidence in
 * `diag`. After MACHINE_LOCKUP and MACHINE_DEAD, only machine_restart() or
 * machine_stop() may be called. A CPU that sleeps for ever is noticed after
 * half a second of host time, and again at each further call. */
int machine_wait(struct machine *machine, enum machine_event *event,
                 struct diag *diag);
/* With `holds`, while the CPU waits for its turn: translate from now on one
 * instruction at a time (`single`), many times slower but with the same result,
 * or whole blocks. */
int machine_single(struct machine *machine, bool single, struct diag *diag);
/* Stop the CPU right after the instruction with which it gave its turn away,
 * before it sees the answer if machine_single() came some turns ago. After that
 * machine_step() and machine_registers(), unless there is a port; the next
 * machine_wait() lets it run on. */
int machine_hold(struct machine *machine, struct diag *diag);
/* Leave a CPU that is held to the debugger at the port. */
void machine_leave(struct machine *machine);
/* One instruction, or the rest of one. *stepped is false if it gives the turn
 * away before its end, and *event says why. The next machine_step() gives the
 * turn back. */
int machine_step(struct machine *machine, bool *stepped,
                 enum machine_event *event, struct diag *diag);
int machine_registers(struct machine *machine, struct rsp_registers *out,
                      struct diag *diag);
bool machine_held(const struct machine *machine);
/* Kill the process in the middle of whatever it does and start another on the
 * same window: the exact cut. The CPU waits at its first hand-over; the
 * channel's counters and the host's part of it continue. */
int machine_restart(struct machine *machine, struct diag *diag);
void machine_stop(struct machine *machine); /* NULL is allowed */

/* At a ring: whether the CPU was reset since the last one. QEMU itself writes a
 * secret number into the page at each reset; it is checked and erased here. No
 * program can write it: it is there only from a reset to the first ring, while
 * only the ROM runs. */
bool machine_take_reset(struct machine *machine);

/* Whether the CPU stored to that part of the window since the last call.
 * *offset is the place of the first store, relative to the part's start. */
bool machine_take_write(struct machine *machine, enum channel_guarded where,
                        uint32_t *offset);

struct ctl_page *machine_page(struct machine *machine);
uint8_t *machine_window(struct machine *machine); /* BOARD_WINDOW_SIZE */
struct channel *machine_channel(struct machine *machine);
/* "7.2.22", or MACHINE_NATIVE. */
#define MACHINE_NATIVE "native"
const char *machine_qemu_version(const struct machine *machine);
/* Whether machines run programs compiled for the host (sim/native), not QEMU. */
bool machine_is_native(void);
/* What QEMU wrote to its stderr, as evidence; NUL-terminated. */
const char *machine_stderr(struct machine *machine);

/* Find the version ("7.2.22") of the QEMU that would be used. 0, or an error
 * that names the command to install it. */
int machine_find_qemu(const char *qemu, char version[32], struct diag *diag);

#endif
