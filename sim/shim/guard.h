/* SPDX-License-Identifier: MIT */
/*
 * Memory that the CPU must not store to is plain RAM in QEMU's machine: ROM
 * and flash as the window shows them, and where the board has nothing. Here all
 * of it is closed to stores. The first store that the CPU makes to one of these
 * parts is told to the host, in the channel's `written`; it opens that part
 * again, for QEMU has no way to refuse it. What is open is closed again when
 * the CPU next stands still. The host's own mapping of the window is not
 * affected.
 *
 * One guard a process; its state is reached from a signal handler.
 */
#ifndef OTALAB_SHIM_GUARD_H
#define OTALAB_SHIM_GUARD_H

#include <stdbool.h>
#include <stdint.h>

#include "shim/channel.h"

/* Begin, in the vCPU's thread. False: something cannot be guarded. */
bool guard_begin(struct channel *channel);
/* Before the host has its turn. */
void guard_close(void);

#endif
