/* SPDX-License-Identifier: MIT */
/*
 * Memory to which the CPU must not store is plain RAM in QEMU's machine: ROM
 * and flash as the window shows them, and the parts where the board has
 * nothing. All of it is write-protected here. The CPU's first store to one of
 * these parts is reported to the host, in the channel's `written`, and opens
 * that part again, because QEMU has no way to refuse the store. Open parts are
 * protected again when the CPU next stands still. The host's own mapping of the
 * window is not affected.
 *
 * One guard per process; its state is used in a signal handler.
 */
#ifndef OTALAB_SHIM_GUARD_H
#define OTALAB_SHIM_GUARD_H

#include <stdbool.h>
#include <stdint.h>

#include "shim/channel.h"

/* Begin, in the vCPU's thread. False if something cannot be guarded. */
bool guard_begin(struct channel *channel);
/* Called before the host gets its turn. */
void guard_close(void);

#endif
