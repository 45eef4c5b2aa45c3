/* SPDX-License-Identifier: MIT */
/*
 * Memory that the CPU must not store to is plain RAM in QEMU's machine: ROM
 * and flash as the window shows them. Here both are closed to stores. The
 * first store that the CPU makes to one of them is told to the host, in the
 * channel's `written`; it opens that memory again, for QEMU has no way to
 * refuse it. What is open is closed again at the next ring. The host's own
 * mapping of the window is not affected.
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
/* At a ring. */
void guard_close(void);

#endif
